"""What a filing gives on paper (文书): the 备案表, the notices and the receipt, as a print page and as Word."""
