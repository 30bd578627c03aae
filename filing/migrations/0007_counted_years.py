from django.db import migrations, models


def counted_so_far(apps, schema_editor):
    """Until now every change of a year was counted at once: what is stored follows the calendar of today."""
    years = apps.get_model("registry", "CalendarYear").objects.order_by("year")
    counted = apps.get_model("filing", "CountedYear")
    counted.objects.bulk_create(
        counted(year=year, version=version) for year, version in years.values_list("year", "version")
    )


class Migration(migrations.Migration):
    dependencies = [
        ("filing", "0006_versions_of_members"),
        ("registry", "0018_waivers_for_every_subject"),
    ]

    operations = [
        migrations.CreateModel(
            name="CountedYear",
            fields=[
                (
                    "year",
                    models.PositiveSmallIntegerField(primary_key=True, serialize=False, verbose_name="年份"),
                ),
                ("version", models.PositiveIntegerField(verbose_name="日历版本")),
            ],
            options={"verbose_name": "期限重算进度", "verbose_name_plural": "期限重算进度"},
        ),
        migrations.RunPython(counted_so_far, migrations.RunPython.noop),
    ]
