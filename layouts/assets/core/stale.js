/* A page belongs to the account it was drawn for, and says so with whatever it asks. Where somebody else signs in in
   the same browser, the server does nothing in their name for it; the page then says whose it is, until it is theirs
   again or loaded anew. What was typed and what waits to be sent stays. */
import { el } from "./dom.js";
import { t } from "./words.js";

/* Nobody's where the page needs no account. */
export const account = globalThis.document?.documentElement?.dataset.account || "";
/** @type {HTMLElement} */
let box = null;

/** @param {{status: number, said: any}} answer */
export const others = (answer) =>
  answer.status === 409 && /:other-account$/.test((answer.said && answer.said.type) || "");

/* The page is theirs again. */
export const own = () => {
  if (box) box.remove();
  box = null;
};

/** What an answer says of whose the page is. @param {Answer} answer */
export const whose = (answer) => {
  if (answer.ok) own();
  if (!others(answer) || box) return;
  box = document.body.appendChild(el("div", "stale"));
  box.setAttribute("role", "alert");
  const words = { page: account, account: answer.said.account };
  box.append(
    el("p", "", t("这个页面属于 {page}，现在登录的是 {account}：这里不能再办理", words)),
    el("p", "", t("填写的、没发出的都还在，{page} 再登录后接着办", words)),
  );
  const again = box.appendChild(el("button", "btn", t("以 {account} 重新载入", words)));
  again.type = "button";
  again.addEventListener("click", () => location.reload());
};
