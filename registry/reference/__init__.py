"""What the product knows before anybody enters anything (参考数据): calendar, code lists, places, bureaus, packs."""
