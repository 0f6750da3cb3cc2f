from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0004_calendars_and_parts"),
    ]

    operations = [
        migrations.RenameField(model_name="dataset", old_name="mode", new_name="placement"),
        migrations.AlterField(
            model_name="dataset",
            name="placement",
            field=models.CharField(
                choices=[("extract", "Copied at each load"), ("live", "Asked where it lies")],
                default="extract",
                max_length=8,
                verbose_name="where its rows are",
            ),
        ),
    ]
