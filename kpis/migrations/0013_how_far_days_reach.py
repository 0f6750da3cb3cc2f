"""How far the data of loads goes whose rows hold days without a time; none goes past itself."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import migrations, models
from django.db.models import F


def note_days(apps, schema_editor):
    loads = apps.get_model("kpis", "Load").objects
    loads.exclude(path="").filter(as_of__gt=F("created_at")).update(as_of=F("created_at"))
    undated = loads.filter(as_of=None).exclude(path="").select_related("dataset")
    for load in undated.iterator(chunk_size=500):
        days = [c["max"] for c in load.columns if c["type"] == "date" and _is_day(c.get("max"))]
        if not days:
            continue
        dataset = load.dataset
        given = dataset.kind == "file" or dataset.time_zone != "UTC"
        zone = ZoneInfo(dataset.time_zone if given else settings.DEFAULT_USER_TIME_ZONE)
        day = min(date.fromisoformat(max(days)), load.created_at.astimezone(zone).date())
        after = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
        load.last_day, load.as_of = day, after - timedelta(microseconds=1)
        load.save(update_fields=["last_day", "as_of"])


def _is_day(told):
    return isinstance(told, str) and len(told) == 10 and told[:4].isdecimal()


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0012_figures_made_of"),
    ]

    operations = [
        migrations.AddField(
            model_name="load",
            name="last_day",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.RunPython(note_days, migrations.RunPython.noop),
    ]
