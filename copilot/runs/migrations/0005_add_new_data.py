
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0004_let_runs_share_a_version'),
    ]

    operations = [
        migrations.AlterField(
            model_name='run',
            name='kind',
            field=models.CharField(choices=[('draft', 'Draft and solve'), ('solve', 'Solve again'), ('replay', 'Replay'), ('scenario', 'Scenario'), ('explain', 'Explain'), ('data', 'New data')], default='draft', max_length=16),
        ),
    ]
