
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('chat', '0001_initial'),
        ('data', '0004_keep_versions_apart'),
    ]

    operations = [
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('brought_at', models.DateTimeField()),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='chat.conversation')),
                ('dataset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='data.dataset')),
            ],
            options={
                'ordering': ['brought_at', 'id'],
                'constraints': [models.UniqueConstraint(fields=('conversation', 'dataset'), name='one_attachment_per_dataset')],
            },
        ),
    ]
