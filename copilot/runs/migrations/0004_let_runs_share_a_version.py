import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0003_add_solution'),
    ]

    operations = [
        migrations.AlterField(
            model_name='run',
            name='version',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='runs', to='runs.modelversion'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'draft')), fields=('version',), name='one_draft_per_version'),
        ),
        migrations.AddField(
            model_name='run',
            name='method',
            field=models.CharField(default='choose', max_length=16),
        ),
        migrations.AddField(
            model_name='run',
            name='relative_gap',
            field=models.FloatField(default=0.0001),
        ),
    ]
