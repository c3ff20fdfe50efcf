"""The pages of a visit are rows: any pages, in any order, turned; and documents that came later."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from portal.tenancy import in_one, row_security, same_practice

TABLES = ("coding_addendum", "coding_encounterpage")
PARENTS = (
    ("coding_addendum", "encounter_id", "coding_encounter"),
    ("coding_addendum", "chart_id", "portal_chart"),
    ("coding_encounterpage", "encounter_id", "coding_encounter"),
    ("coding_encounterpage", "page_id", "portal_page"),
    ("coding_encounterpage", "chart_id", "portal_chart"),
    ("coding_encounterpage", "addendum_id", "coding_addendum"),
)
# A page lies in the chart that its row names; without an addendum that is the visit's own chart, with one it is the
# chart that was added to this very visit. The generated column binds the first case: it is null in the second.
BOUND = migrations.RunSQL(
    sql="""
    ALTER TABLE coding_encounterpage ADD COLUMN own_chart_id bigint
      GENERATED ALWAYS AS (CASE WHEN addendum_id IS NULL THEN chart_id END) STORED;
    ALTER TABLE coding_encounterpage ADD CONSTRAINT coding_encounterpage_page_of_chart
      FOREIGN KEY (page_id, chart_id) REFERENCES portal_page (id, chart_id) DEFERRABLE INITIALLY DEFERRED;
    ALTER TABLE coding_encounterpage ADD CONSTRAINT coding_encounterpage_own_chart
      FOREIGN KEY (encounter_id, own_chart_id) REFERENCES coding_encounter (id, chart_id)
      DEFERRABLE INITIALLY DEFERRED;
    ALTER TABLE coding_encounterpage ADD CONSTRAINT coding_encounterpage_added_chart
      FOREIGN KEY (addendum_id, encounter_id, chart_id) REFERENCES coding_addendum (id, encounter_id, chart_id)
      DEFERRABLE INITIALLY DEFERRED;
    """,
    reverse_sql="""
    ALTER TABLE coding_encounterpage DROP CONSTRAINT coding_encounterpage_added_chart;
    ALTER TABLE coding_encounterpage DROP CONSTRAINT coding_encounterpage_own_chart;
    ALTER TABLE coding_encounterpage DROP CONSTRAINT coding_encounterpage_page_of_chart;
    ALTER TABLE coding_encounterpage DROP COLUMN own_chart_id;
    """,
)


class Migration(migrations.Migration):

    dependencies = [
        ('coding', '0013_no_second_index_by_edition'),
        ('portal', '0007_page_of_chart'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='encounter',
            constraint=models.UniqueConstraint(fields=('id', 'chart'), name='coding_encounter_id_chart'),
        ),
        migrations.CreateModel(
            name='Addendum',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('sender', 'Named by the sender'), ('person', 'Attached at pre-coding')], max_length=8)),
                ('attached_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='EncounterPage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('turn', models.PositiveSmallIntegerField(choices=[(0, '0°'), (90, '90°'), (180, '180°'), (270, '270°')], default=0)),
            ],
            options={
                'ordering': ('encounter', 'position'),
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='addendum',
            name='attached_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='addendum',
            name='chart',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='addendum_to', to='portal.chart'),
        ),
        migrations.AddField(
            model_name='addendum',
            name='encounter',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='addenda', to='coding.encounter'),
        ),
        migrations.AddField(
            model_name='addendum',
            name='practice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.practice'),
        ),
        migrations.AddField(
            model_name='encounterpage',
            name='addendum',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='placed', to='coding.addendum'),
        ),
        migrations.AddField(
            model_name='encounterpage',
            name='chart',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.chart'),
        ),
        migrations.AddField(
            model_name='encounterpage',
            name='encounter',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='placed', to='coding.encounter'),
        ),
        migrations.AddField(
            model_name='encounterpage',
            name='page',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='placed', to='portal.page'),
        ),
        migrations.AddField(
            model_name='encounterpage',
            name='practice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.practice'),
        ),
        migrations.AddConstraint(
            model_name='addendum',
            constraint=models.UniqueConstraint(fields=('id', 'practice'), name='coding_addendum_id_practice'),
        ),
        migrations.AddConstraint(
            model_name='addendum',
            constraint=models.CheckConstraint(condition=models.Q(('source__in', ['sender', 'person'])), name='coding_addendum_source_known'),
        ),
        migrations.AddConstraint(
            model_name='addendum',
            constraint=models.UniqueConstraint(fields=('encounter', 'chart'), name='coding_addendum_once'),
        ),
        migrations.AddConstraint(
            model_name='addendum',
            constraint=models.UniqueConstraint(fields=('id', 'encounter', 'chart'), name='coding_addendum_id_encounter_chart'),
        ),
        migrations.AddConstraint(
            model_name='encounterpage',
            constraint=models.UniqueConstraint(fields=('id', 'practice'), name='coding_encounterpage_id_practice'),
        ),
        migrations.AddConstraint(
            model_name='encounterpage',
            constraint=models.UniqueConstraint(fields=('encounter', 'position'), name='coding_encounterpage_position_once'),
        ),
        migrations.AddConstraint(
            model_name='encounterpage',
            constraint=models.UniqueConstraint(fields=('encounter', 'page'), name='coding_encounterpage_page_once'),
        ),
        migrations.AddConstraint(
            model_name='encounterpage',
            constraint=models.CheckConstraint(condition=models.Q(('position__gte', 1)), name='coding_encounterpage_position_from_one'),
        ),
        migrations.AddConstraint(
            model_name='encounterpage',
            constraint=models.CheckConstraint(condition=models.Q(('turn__in', (0, 90, 180, 270))), name='coding_encounterpage_turn_known'),
        ),
        in_one(
            *(row_security(table) for table in TABLES),
            *(same_practice(*path) for path in PARENTS),
            BOUND,
        ),
    ]
