"""Moments and spans in words, in the district's time: "今日 17:42", "11-23 周一 09:42", "2 小时 18 分"."""

from datetime import datetime, timedelta, tzinfo

from dashboard.rules.limits import ROUND_THE_CLOCK, Calendar, Limit
from layouts.text.words import N_, _

WEEKDAYS = (N_("周一"), N_("周二"), N_("周三"), N_("周四"), N_("周五"), N_("周六"), N_("周日"))
LIMIT_WORDS = {
    "urgent_hour": N_("{n} 紧急工作时"),
    "work_hour": N_("{n} 工作时"),
    "work_day": N_("{n} 工作日"),
    "natural_day": N_("{n} 自然日"),
}
MOST_DAYS = 400  # no calendar rests longer


def day_time(moment: datetime, now: datetime, tz: tzinfo) -> str:
    """Return a moment with its day, as people say it."""
    local, today = moment.astimezone(tz), now.astimezone(tz).date()
    clock = local.strftime("%H:%M")
    if local.date() == today:
        return _("今日 {time}", time=clock)
    return f"{local:%m-%d} {_(WEEKDAYS[local.weekday()])} {clock}"


def limit_words(limit: Limit) -> str:
    """Return a limit in words."""
    words = _(LIMIT_WORDS[limit.unit], n=f"{limit.amount:g}")
    return f"{words} · {limit.note}" if limit.note else words


def hours(length: timedelta) -> str:
    """Return a span in hours and minutes."""
    minutes = round(length / timedelta(minutes=1))
    whole, rest = divmod(minutes, 60)
    if not whole:
        return _("{m} 分", m=rest)
    return _("{h} 小时 {m} 分", h=whole, m=rest) if rest else _("{h} 小时", h=whole)


def counted(start: datetime, due: datetime, limit: Limit, calendar: Calendar) -> str:
    """Return in words how a limit is counted on the work calendar from its start."""
    if limit.unit in ROUND_THE_CLOCK:
        return _("不分昼夜、不分节假日，连续计时")
    local = start.astimezone(calendar.tz)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    today = timedelta(hours=calendar.elapsed(start, min(due, midnight), "work_hour"))
    rest = timedelta(hours=calendar.elapsed(start, due, "work_hour")) - today
    if due < midnight or rest < timedelta(minutes=1):
        return _("今日计 {span}", span=hours(today))
    ahead = next(n for n in range(MOST_DAYS) if calendar.is_workday((midnight + timedelta(days=n)).date()))
    on = WEEKDAYS[(midnight + timedelta(days=ahead)).weekday()]
    words = N_("今日计 {span}，{day}续计 {rest}")
    if ahead:
        words = N_("今日计 {span}，休息 {n} 天不计，{day}续计 {rest}")
    return _(words, span=hours(today), day=_(on), rest=hours(rest), n=ahead)
