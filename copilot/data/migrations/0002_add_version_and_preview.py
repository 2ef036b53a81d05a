"""Datasets get a version, the sheet they came from, what was doubtful in them, and their first rows."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('data', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='dataset',
            name='file',
            field=models.CharField(blank=True, max_length=255),
        ),
        migrations.AddField(
            model_name='dataset',
            name='preview',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='dataset',
            name='sheet',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='dataset',
            name='version',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='dataset',
            name='warnings',
            field=models.JSONField(blank=True, default=list),
        ),
    ]
