"""Which kinds of consortium are responsible for a grid: 医疗集团 and 医共体 (渝 二(二), 滇 二（二）); others have none."""

RESPONSIBLE_KINDS = ("city_group", "county_community")
