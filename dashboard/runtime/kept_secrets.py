"""Random words kept in the data folder: the secret that seals and signs, the password of the demo accounts.

Law: a word is written whole before anybody uses it; an empty or short one is refused, it would seal with nothing.
"""

import secrets
from pathlib import Path

from dashboard.rules.refusals import Refusal
from datasources.files import whole

SECRET, DEMO_PASSWORD = "secret", "demo-password"
LENGTHS = {SECRET: 32, DEMO_PASSWORD: 9}  # random bytes
LEAST = {SECRET: 32, DEMO_PASSWORD: 8}  # characters
BROKEN = (
    "文件 {path} 是空的或不完整，不能当作密钥使用；请从备份恢复它，"
    "从未用它保存过电话号码的，删除后重新启动即可"
)


def kept(folder: Path, name: str) -> str:
    """Return the word of a name, made at the first call; only the owner may read its file. Refusal when it is broken."""
    path = folder / name
    if not path.exists():
        whole.write(path, secrets.token_urlsafe(LENGTHS[name]).encode(), mode=0o600, first=True)
    word = path.read_text(encoding="utf-8", errors="replace").strip()
    if len(word) < LEAST[name]:
        raise Refusal(BROKEN, path=path)
    return word
