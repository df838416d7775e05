"""Plain pages: errors for people. What happened, what to do; never a traceback."""

from layouts.parts import plain
from layouts.text.words import N_, translate

ERRORS: dict[int, tuple[str, str]] = {
    400: (N_("看不懂这个请求"), N_("请返回上一页重试。")),
    401: (N_("需要先登录"), N_("请登录后再打开这一页。")),
    403: (N_("这个账号不能打开这一页"), N_("如确有需要，请联系管理员调整账号的角色。")),
    404: (N_("没有这一页"), N_("地址可能写错了，或者内容已经移走。")),
    500: (N_("系统出了问题"), N_("刚才的操作没有完成，请稍后再试；问题已记入日志。")),
    503: (N_("系统暂时不可用"), N_("数据库现在没有应答，或系统正在启动；请稍候片刻再刷新。")),
}
HOME = ("/screen", N_("去指挥大屏"))
LOGIN = ("/login", N_("去登录"))


def page(title: str, text: str, links: tuple[tuple[str, str], ...] = (HOME,), lang: str | None = None) -> str:
    """Return a whole plain page: a title, a sentence and links (address, words); msgids are translated."""
    said = [(address, translate(label, lang)) for address, label in links]
    return plain.render(
        "notice.html", lang, title=translate(title, lang), text=translate(text, lang), links=said
    )


def error(status: int, lang: str | None = None) -> str:
    """Return the page for an HTTP error; unknown ones read like 500."""
    title, text = ERRORS.get(status, ERRORS[500])
    return page(title, text, (LOGIN,) if status == 401 else (HOME,), lang)
