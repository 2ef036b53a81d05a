"""No two datasets share name and version."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("data", "0003_number_versions")]

    operations = [
        migrations.AddConstraint(
            model_name='dataset',
            constraint=models.UniqueConstraint(fields=('workspace', 'name', 'version'), name='one_dataset_per_version'),
        ),
    ]
