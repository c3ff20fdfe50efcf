"""A comment may be a remark on a code; its items, and those of what it leads to, say so."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from portal.tenancy import same_practice


class Migration(migrations.Migration):

    dependencies = [
        ('coding', '0040_remark_security'),
        ('feedback', '0009_inbox_security'),
        ('portal', '0018_payer_names'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='inboxitem',
            name='feedback_inboxitem_kind_known',
        ),
        migrations.AddField(
            model_name='comment',
            name='remark',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='comment', to='coding.remark'),
        ),
        migrations.AlterField(
            model_name='inboxitem',
            name='kind',
            field=models.CharField(choices=[('mention', 'Mentions you'), ('question', 'Question for you'), ('remark', 'Remark on a code'), ('ruling', 'Ruling to consider'), ('answer', 'Answer'), ('comment', 'Message')], max_length=12),
        ),
        migrations.AddConstraint(
            model_name='inboxitem',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['mention', 'question', 'remark', 'ruling', 'answer', 'comment'])), name='feedback_inboxitem_kind_known'),
        ),
        same_practice("feedback_comment", "remark_id", "coding_remark"),
    ]
