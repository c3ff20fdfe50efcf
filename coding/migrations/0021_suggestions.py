"""Suggested codes, whether their coder saw them, and what became of each."""

import django.db.models.deletion
from django.db import migrations, models
from portal.tenancy import in_one, row_security, same_practice

TABLES = ("coding_suggestionset", "coding_suggestedcode", "coding_suggestiondecision")
PARENTS = (
    ("coding_suggestionset", "encounter_id", "coding_encounter"),
    ("coding_suggestedcode", "encounter_id", "coding_encounter"),
    ("coding_suggestiondecision", "suggested_id", "coding_suggestedcode"),
    ("coding_suggestiondecision", "coding_id", "coding_coding"),
)


class Migration(migrations.Migration):

    dependencies = [
        ('coding', '0020_evidence'),
        ('portal', '0015_in_hand'),
    ]

    operations = [
        migrations.CreateModel(
            name='SuggestedCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('system', models.CharField(choices=[('icd9cm', 'ICD-9-CM'), ('icd10cm', 'ICD-10-CM'), ('procedure', 'CPT/HCPCS')], max_length=10)),
                ('code', models.CharField(max_length=8)),
                ('score', models.FloatField()),
                ('reason', models.TextField(blank=True)),
                ('source', models.CharField(max_length=40)),
                ('evidence', models.JSONField(blank=True, default=list)),
            ],
            options={
                'ordering': ('encounter', 'position'),
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SuggestionDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('decision', models.CharField(choices=[('accepted', 'Accepted'), ('rejected', 'Rejected'), ('replaced', 'Replaced'), ('undecided', 'Undecided')], max_length=9)),
                ('reason', models.CharField(blank=True, choices=[('not_documented', 'Not documented'), ('denied', 'Denied or uncertain'), ('history', 'Past or family'), ('another_code', 'Another code fits')], max_length=14)),
                ('replaced_by', models.CharField(blank=True, max_length=8)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SuggestionSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_blind', models.BooleanField()),
                ('share', models.PositiveSmallIntegerField()),
                ('seed', models.CharField(max_length=40)),
                ('engine', models.CharField(max_length=60)),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='suggestedcode',
            name='encounter',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suggested', to='coding.encounter'),
        ),
        migrations.AddField(
            model_name='suggestedcode',
            name='practice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.practice'),
        ),
        migrations.AddField(
            model_name='suggestiondecision',
            name='coding',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suggestion_decisions', to='coding.coding'),
        ),
        migrations.AddField(
            model_name='suggestiondecision',
            name='practice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.practice'),
        ),
        migrations.AddField(
            model_name='suggestiondecision',
            name='suggested',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='coding.suggestedcode'),
        ),
        migrations.AddField(
            model_name='suggestionset',
            name='encounter',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='suggestion_set', to='coding.encounter'),
        ),
        migrations.AddField(
            model_name='suggestionset',
            name='practice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.practice'),
        ),
        migrations.AddConstraint(
            model_name='suggestedcode',
            constraint=models.UniqueConstraint(fields=('id', 'practice'), name='coding_suggestedcode_id_practice'),
        ),
        migrations.AddConstraint(
            model_name='suggestedcode',
            constraint=models.CheckConstraint(condition=models.Q(('system__in', ['icd9cm', 'icd10cm', 'procedure'])), name='coding_suggestedcode_system_known'),
        ),
        migrations.AddConstraint(
            model_name='suggestedcode',
            constraint=models.UniqueConstraint(fields=('encounter', 'position'), name='coding_suggestedcode_position_once'),
        ),
        migrations.AddConstraint(
            model_name='suggestedcode',
            constraint=models.UniqueConstraint(fields=('encounter', 'system', 'code'), name='coding_suggestedcode_code_once'),
        ),
        migrations.AddConstraint(
            model_name='suggestedcode',
            constraint=models.CheckConstraint(condition=models.Q(('score__gte', 0), ('score__lte', 1)), name='coding_suggestedcode_score'),
        ),
        migrations.AddConstraint(
            model_name='suggestiondecision',
            constraint=models.UniqueConstraint(fields=('id', 'practice'), name='coding_suggestiondecision_id_practice'),
        ),
        migrations.AddConstraint(
            model_name='suggestiondecision',
            constraint=models.CheckConstraint(condition=models.Q(('decision__in', ['accepted', 'rejected', 'replaced', 'undecided'])), name='coding_suggestiondecision_known'),
        ),
        migrations.AddConstraint(
            model_name='suggestiondecision',
            constraint=models.UniqueConstraint(fields=('suggested', 'coding'), name='coding_suggestiondecision_once'),
        ),
        migrations.AddConstraint(
            model_name='suggestiondecision',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), models.Q(('decision', 'rejected'), ('reason__in', ['not_documented', 'denied', 'history', 'another_code'])), _connector='OR'), name='coding_suggestiondecision_reason_of_rejection'),
        ),
        migrations.AddConstraint(
            model_name='suggestiondecision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decision', 'replaced'), models.Q(('replaced_by', ''), _negated=True)), models.Q(models.Q(('decision', 'replaced'), _negated=True), ('replaced_by', '')), _connector='OR'), name='coding_suggestiondecision_replaced_by_what'),
        ),
        migrations.AddConstraint(
            model_name='suggestionset',
            constraint=models.UniqueConstraint(fields=('id', 'practice'), name='coding_suggestionset_id_practice'),
        ),
        migrations.AddConstraint(
            model_name='suggestionset',
            constraint=models.CheckConstraint(condition=models.Q(('share__lte', 100)), name='coding_suggestionset_share_percent'),
        ),
        in_one(
            *(row_security(table) for table in TABLES),
            *(same_practice(*path) for path in PARENTS),
        ),
    ]
