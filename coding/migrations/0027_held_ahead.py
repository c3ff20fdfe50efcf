"""An assignment can be held ahead."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('coding', '0026_rulings'),
        ('portal', '0016_keyboard'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='assignment',
            name='coding_assignment_how_known',
        ),
        migrations.AlterField(
            model_name='assignment',
            name='how',
            field=models.CharField(choices=[('pulled', 'Taken'), ('pushed', 'Assigned by the queue'), ('given', 'Given by a manager'), ('prefetched', 'Held ahead')], default='pulled', max_length=10),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.CheckConstraint(condition=models.Q(('how__in', ['pulled', 'pushed', 'given', 'prefetched'])), name='coding_assignment_how_known'),
        ),
    ]
