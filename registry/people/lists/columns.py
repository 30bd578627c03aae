"""The columns of a list of people (人员名单)."""

from registry.imports.table import Column

COLUMNS: tuple[Column, ...] = (
    Column("name", "姓名", ("人员姓名", "名字"), required=True),
    Column("username", "账号", ("登录名", "用户名", "登录账号", "工号"), required=True),
    Column("phone", "联系电话", ("电话", "手机", "手机号", "手机号码", "联系方式")),
    Column("email", "电子邮箱", ("邮箱", "邮件", "Email", "E-mail")),
    Column("role", "角色", ("系统角色", "权限"), required=True),
    Column("unit", "单位", ("所在单位", "单位名称", "机构名称", "医院", "机关", "单位代码")),
    Column("start", "第一天", ("开始日期", "任职开始", "起")),
    Column("end", "最后一天", ("结束日期", "任职结束", "止")),
)
