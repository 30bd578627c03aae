"""What the words of the generated rosters mean, for the contenders that do not look them up."""

LEVELS = {"三级": "3", "二级": "2", "一级": "1", "未定级": "0", "": ""}
GRADES = {"甲等": "A", "乙等": "B", "合格": "P", "": ""}
AFFILIATIONS = {
    "省级": "province",
    "地市级": "city",
    "区县级": "county",
    "乡镇街道": "township",
    "社会办": "none",
}
OWNERSHIP = {"公立": "public", "民营": "private"}
