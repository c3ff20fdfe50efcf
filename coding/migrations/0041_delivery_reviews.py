"""What practices say of delivered results; frozen."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from portal.tenancy import frozen, in_one, removable_by_destruction, row_security, same_practice


class Migration(migrations.Migration):

    dependencies = [
        ('coding', '0040_remark_security'),
        ('portal', '0022_late_credit'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DeliveryReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField()),
                ('word', models.CharField(choices=[('accepted', 'Accepted'), ('reopened', 'Reopened')], max_length=8)),
                ('reason', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('encounter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='coding.encounter')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.practice')),
            ],
            options={
                'ordering': ('encounter', 'version'),
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('id', 'practice'), name='coding_deliveryreview_id_practice'), models.UniqueConstraint(fields=('encounter', 'version'), name='coding_deliveryreview_once'), models.CheckConstraint(condition=models.Q(('word__in', ['accepted', 'reopened'])), name='coding_deliveryreview_word_known'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('word', 'accepted')), models.Q(('word', 'reopened'), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='coding_deliveryreview_reopened_why')],
            },
        ),
        in_one(
            row_security("coding_deliveryreview"),
            same_practice("coding_deliveryreview", "encounter_id", "coding_encounter"),
            *frozen("coding_deliveryreview"),
            removable_by_destruction("coding_deliveryreview"),
        ),
    ]
