"""Files that an operator sends through the site to be loaded."""

import coding.models.code_files
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('coding', '0005_official_repeats'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CodeFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code_set', models.CharField(choices=[('icd10cm', 'Icd10cm'), ('icd10cm_tabular', 'Icd10cm tabular'), ('icd10cm_index', 'Icd10cm index'), ('icd10cm_external_index', 'Icd10cm external index'), ('icd10cm_neoplasm', 'Icd10cm neoplasm'), ('icd10cm_drug', 'Icd10cm drug'), ('icd9cm', 'Icd9cm'), ('icd9cm_procedures', 'Icd9cm procedures'), ('gem_9_to_10', 'Gem 9 to 10'), ('gem_10_to_9', 'Gem 10 to 9'), ('hcpcs', 'Hcpcs'), ('cpt', 'Cpt'), ('cpt_modifiers', 'Cpt modifiers'), ('demo_procedures', 'Demo procedures'), ('modifiers', 'Modifiers'), ('places_of_service', 'Places of service'), ('ptp_practitioner', 'Ptp practitioner'), ('ptp_hospital', 'Ptp hospital'), ('mue_practitioner', 'Mue practitioner'), ('mue_hospital', 'Mue hospital'), ('mue_dme', 'Mue dme'), ('add_ons', 'Add ons'), ('relative_values', 'Relative values'), ('gpci', 'Gpci'), ('zip_localities', 'Zip localities'), ('county_localities', 'County localities'), ('conversion_factors', 'Conversion factors'), ('anaesthesia', 'Anaesthesia'), ('coverage', 'Coverage'), ('coverage_documents', 'Coverage documents'), ('claim_codes', 'Claim codes'), ('taxonomy', 'Taxonomy'), ('utilisation', 'Utilisation')], max_length=24)),
                ('edition', models.CharField(max_length=60)),
                ('effective', models.DateField()),
                ('ends_on', models.DateField(blank=True, null=True)),
                ('leave_out_refused', models.BooleanField(default=False)),
                ('file_name', models.CharField(max_length=200)),
                ('stored', models.CharField(max_length=200)),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.PositiveBigIntegerField()),
                ('sent_at', models.DateTimeField()),
                ('outcome', models.CharField(choices=[('waiting', 'Waiting'), ('loaded', 'Loaded'), ('unchanged', 'Unchanged'), ('refused', 'Refused'), ('wrong_file', 'Wrong file'), ('fault', 'Fault')], default=coding.models.code_files.FileOutcome['WAITING'], max_length=12)),
                ('report', models.JSONField(default=dict)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('sent_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('code_set__in', ['icd10cm', 'icd10cm_tabular', 'icd10cm_index', 'icd10cm_external_index', 'icd10cm_neoplasm', 'icd10cm_drug', 'icd9cm', 'icd9cm_procedures', 'gem_9_to_10', 'gem_10_to_9', 'hcpcs', 'cpt', 'cpt_modifiers', 'demo_procedures', 'modifiers', 'places_of_service', 'ptp_practitioner', 'ptp_hospital', 'mue_practitioner', 'mue_hospital', 'mue_dme', 'add_ons', 'relative_values', 'gpci', 'zip_localities', 'county_localities', 'conversion_factors', 'anaesthesia', 'coverage', 'coverage_documents', 'claim_codes', 'taxonomy', 'utilisation'])), name='coding_codefile_code_set_known'), models.CheckConstraint(condition=models.Q(('outcome__in', ['waiting', 'loaded', 'unchanged', 'refused', 'wrong_file', 'fault'])), name='coding_codefile_outcome_known'), models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('effective')), _connector='OR'), name='coding_codefile_dates'), models.CheckConstraint(condition=models.Q(('outcome', coding.models.code_files.FileOutcome['WAITING']), ('finished_at__isnull', False), _connector='XOR'), name='coding_codefile_finished')],
            },
        ),
    ]
