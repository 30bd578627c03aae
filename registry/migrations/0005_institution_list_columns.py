import django.contrib.postgres.indexes
import django.db.models.deletion
import registry.models.derive
from django.db import migrations, models


# Filled by hand once: the triggers that keep these columns are put in place after the migrations. What is derived
# is nobody's change, so the audit stays out of it.
FILL = """
ALTER TABLE registry_institution DISABLE TRIGGER USER;
UPDATE registry_institution i SET
    area_path = d.path,
    search_text = translate(lower(concat_ws(chr(10), i.name,
        (SELECT string_agg(n.name, chr(10) ORDER BY n.id) FROM registry_institutionname n WHERE n.institution_id = i.id),
        i.pinyin) COLLATE "C"), '（）', '()')
FROM registry_division d WHERE d.id = i.division_id;
ALTER TABLE registry_institution ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0004_import_undo"),
    ]

    operations = [
        migrations.AddField(
            model_name="institution",
            name="area_path",
            field=models.CharField(
                blank=True,
                db_collation="C",
                editable=False,
                help_text="由数据库随行政区划更新",
                max_length=80,
                verbose_name="区划路径",
            ),
        ),
        migrations.AddField(
            model_name="institution",
            name="search_text",
            field=models.TextField(
                blank=True,
                editable=False,
                help_text="各个名称和拼音首字母，由数据库更新",
                verbose_name="检索文本",
            ),
        ),
        migrations.AlterField(
            model_name="institution",
            name="division",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="institutions",
                to="registry.division",
                verbose_name="行政区划",
            ),
        ),
        migrations.AlterField(
            model_name="institution",
            name="institution_class",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="registry.institutionclass",
                verbose_name="机构类别",
            ),
        ),
        migrations.AlterField(
            model_name="institution",
            name="licence_number",
            field=models.CharField(blank=True, db_collation="C", max_length=30, verbose_name="登记号"),
        ),
        migrations.AlterField(
            model_name="institution",
            name="main_institution",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="branches",
                to="registry.institution",
                verbose_name="主要机构",
            ),
        ),
        migrations.AlterField(
            model_name="institution",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged_from",
                to="registry.institution",
                verbose_name="已并入",
            ),
        ),
        migrations.AlterField(
            model_name="institution",
            name="township",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="registry.division",
                verbose_name="乡镇街道",
            ),
        ),
        migrations.AlterField(
            model_name="institution",
            name="uscc",
            field=models.CharField(
                blank=True, db_collation="C", max_length=18, verbose_name="统一社会信用代码"
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="institution",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", True)),
                fields=["area_path", "name", "id"],
                name="institution_by_place",
            ),
        ),
        migrations.AddIndex(
            model_name="institution",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", True), models.Q(("level", ""), _negated=True)),
                fields=["level", "area_path", "name", "id"],
                name="institution_by_level",
            ),
        ),
        migrations.AddIndex(
            model_name="institution",
            index=models.Index(
                condition=models.Q(("status", "open"), _negated=True),
                fields=["area_path", "name", "id"],
                name="institution_not_open",
            ),
        ),
        migrations.AddIndex(
            model_name="institution",
            index=models.Index(
                condition=models.Q(("is_military", True)),
                fields=["area_path", "name", "id"],
                name="institution_military",
            ),
        ),
        migrations.AddIndex(
            model_name="institution",
            index=models.Index(
                fields=["institution_class"], name="institution_of_class", opclasses=["varchar_pattern_ops"]
            ),
        ),
        migrations.AddIndex(
            model_name="institution",
            index=models.Index(
                condition=models.Q(("main_institution__isnull", False)),
                fields=["main_institution"],
                name="institution_branch_of",
            ),
        ),
        migrations.AddIndex(
            model_name="institution",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)),
                fields=["merged_into"],
                name="institution_merged_into",
            ),
        ),
        migrations.AddIndex(
            model_name="institution",
            index=models.Index(
                condition=models.Q(("township__isnull", False)),
                fields=["township"],
                name="institution_in_township",
            ),
        ),
        migrations.AddIndex(
            model_name="institution",
            index=django.contrib.postgres.indexes.GinIndex(
                registry.models.derive.Pieces("search_text"), name="institution_by_pieces"
            ),
        ),
    ]
