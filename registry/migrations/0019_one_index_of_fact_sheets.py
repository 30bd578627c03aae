from django.db import migrations

# A digest is asked for whole, so the second index, which Django adds for searches by the beginning of a text, is never used.
NAME = "registry_factsheet_digest_02da8084_like"


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0018_waivers_for_every_subject"),
    ]

    operations = [
        migrations.RunSQL(
            f"DROP INDEX IF EXISTS {NAME}",
            f"CREATE INDEX IF NOT EXISTS {NAME} ON registry_factsheet (digest varchar_pattern_ops)",
        ),
    ]
