"""A page is known together with its chart, so that the pages of a visit can be bound to both."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0006_page_words'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='page',
            constraint=models.UniqueConstraint(fields=('id', 'chart'), name='portal_page_id_chart'),
        ),
    ]
