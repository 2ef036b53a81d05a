"""Datasets of one name in one workspace count up in the order of their arrival."""

from collections import Counter

from django.db import migrations


def number(apps, schema_editor):
    Dataset = apps.get_model("data", "Dataset")
    last = Counter()
    for dataset in Dataset.objects.defer("content").order_by("created_at", "id").iterator():
        last[dataset.workspace_id, dataset.name] += 1
        if dataset.version != last[dataset.workspace_id, dataset.name]:
            Dataset.objects.filter(id=dataset.id).update(version=last[dataset.workspace_id, dataset.name])


class Migration(migrations.Migration):

    dependencies = [("data", "0002_add_version_and_preview")]

    operations = [migrations.RunPython(number, migrations.RunPython.noop)]
