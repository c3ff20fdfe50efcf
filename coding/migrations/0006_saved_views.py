"""Views of the list of encounters and its columns; the service's own: no practice sees how its work is looked at."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


SERVICE_ALONE = migrations.RunSQL(
    sql="""
    ALTER TABLE coding_savedview ENABLE ROW LEVEL SECURITY;
    ALTER TABLE coding_savedview FORCE ROW LEVEL SECURITY;
    CREATE POLICY coding_savedview_service ON coding_savedview USING ((SELECT chartline_staff()));
    """,
    reverse_sql="""
    DROP POLICY coding_savedview_service ON coding_savedview;
    ALTER TABLE coding_savedview NO FORCE ROW LEVEL SECURITY;
    ALTER TABLE coding_savedview DISABLE ROW LEVEL SECURITY;
    """,
)


class Migration(migrations.Migration):

    dependencies = [
        ('coding', '0005_turns'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ListColumns',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('columns', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('patient', 'Patient'), ('date', 'DOS'), ('status', 'Status'), ('codes', 'Codes'), ('coder', 'Coder'), ('verifier', 'Verifier'), ('practice', 'Practice'), ('batch', 'Batch'), ('specialty', 'Specialty'), ('age', 'Age'), ('question', 'Question')], max_length=10), blank=True, size=None)),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='list_columns', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('columns__contained_by', ['patient', 'date', 'status', 'codes', 'coder', 'verifier', 'practice', 'batch', 'specialty', 'age', 'question'])), name='coding_listcolumns_known')],
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40)),
                ('query', models.CharField(max_length=400)),
                ('sort', models.CharField(default='due', max_length=6)),
                ('is_shared', models.BooleanField(default=False)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='saved_views', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('name'), models.F('made_by'), name='coding_savedview_name_once'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='coding_savedview_has_a_name'), models.CheckConstraint(condition=models.Q(('query', ''), _negated=True), name='coding_savedview_says_something'), models.CheckConstraint(condition=models.Q(('sort__in', ['due', '-due', 'age', '-age', 'batch', '-batch'])), name='coding_savedview_sort_known')],
            },
        ),
        SERVICE_ALONE,
    ]
