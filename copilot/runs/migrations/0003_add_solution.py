import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0002_add_scenarios'),
    ]

    operations = [
        migrations.CreateModel(
            name='Solution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('attempt', models.PositiveSmallIntegerField(default=1)),
                ('kind', models.CharField(choices=[('improving', 'On the way'), ('final', 'Final')], default='improving', max_length=16)),
                ('objective_value', models.FloatField()),
                ('objective_bound', models.FloatField(blank=True, null=True)),
                ('relative_gap', models.FloatField(blank=True, null=True)),
                ('elapsed_seconds', models.FloatField(default=0.0)),
                ('values', models.BinaryField()),
                ('row_dual', models.BinaryField(blank=True, null=True)),
                ('reduced_cost', models.BinaryField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='solutions', to='runs.run')),
            ],
            options={
                'ordering': ['run', 'number'],
                'constraints': [models.UniqueConstraint(fields=('run', 'number'), name='one_solution_per_number'), models.UniqueConstraint(condition=models.Q(('kind', 'final')), fields=('run',), name='one_final_solution_per_run')],
            },
        ),
    ]
