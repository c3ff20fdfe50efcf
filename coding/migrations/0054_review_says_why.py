"""What reopens a result says why; a word nobody knows is refused as that."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('coding', '0053_delivered_result_security'),
        ('portal', '0029_output_template_security'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='deliveryreview',
            name='coding_deliveryreview_reopened_why',
        ),
        migrations.AddConstraint(
            model_name='deliveryreview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('word', 'accepted')), models.Q(models.Q(('word', 'accepted'), _negated=True), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='coding_deliveryreview_reopened_why'),
        ),
    ]
