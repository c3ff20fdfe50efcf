"""What the portal tells the apps above it; sent inside the action's transaction."""

from django.dispatch import Signal

# chart: portal.models.Chart, at: datetime. The chart's pages can be read.
chart_ready = Signal()

# chart: portal.models.Chart, at: datetime. The chart came to an end that yields no work of its own: refused,
# quarantined, taken apart into its files, or the same pages as another.
chart_refused = Signal()

# chart: portal.models.Chart, at: datetime. Every page's words are known, or given up.
chart_words_read = Signal()
# chart: portal.models.Chart, at: datetime. The chart opens with a password only, which the practice is to give.
chart_locked = Signal()

# chart: portal.models.Chart, by: User, at: datetime. The practice gave the password, or goes on without the chart.
chart_unlocked = Signal()

# batch: portal.models.Batch, by: User | None, at: datetime. The practice has sent the batch.
batch_sent = Signal()

# user: portal.models.User, to: User | None (anybody), by: User, at: datetime. Open work must be handed over.
person_deactivated = Signal()

# user: User, at: datetime. They signed out, or their session was locked: what waits at their screen is let go.
person_away = Signal()

# request: HttpRequest, credentials: dict (with "email"). A sign-in was refused for too many tries.
sign_in_throttled = Signal()
