/* Taking a table away: a reason first, then CSV or Excel. What was typed stays when it did not work. */
import { el } from "./dom.js";
import { call, faultOf } from "./http.js";
import { t } from "./words.js";

const LEAST = 2;
/** @type {ExportDialog} */
let box = null;

const made = () => {
  const found = /** @type {ExportDialog} */ (el("dialog", "s-dialog"));
  const themed = document.querySelector("[data-theme]");
  if (themed) found.setAttribute("data-theme", themed.dataset.theme);
  const form = found.appendChild(el("form"));
  form.method = "dialog";
  form.append(el("h2"));
  const label = form.appendChild(el("label", "", t("用途（会记录在案）")));
  const why = label.appendChild(el("textarea"));
  Object.assign(why, { name: "why", maxLength: 200, minLength: LEAST, required: true, rows: 3 });
  const says = form.appendChild(el("p", "s-dialog__says"));
  says.setAttribute("role", "status");
  const row = form.appendChild(el("div", "s-dialog__b"));
  for (const [kind, word] of [
    ["csv", "CSV"],
    ["xlsx", "Excel"],
  ]) {
    const button = row.appendChild(el("button", "btn", word));
    button.type = "submit";
    button.value = kind;
  }
  const quit = row.appendChild(el("button", "btn", t("取消")));
  quit.type = "button";
  quit.addEventListener("click", () => found.close());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    take(found, event.submitter ? /** @type {HTMLButtonElement} */ (event.submitter).value : "csv");
  });
  return document.body.appendChild(found);
};

/* Fetched, not followed: a refusal is told here and the page stays. */
/** @param {ExportDialog} found @param {string} kind */
const take = async (found, kind) => {
  const says = found.querySelector(".s-dialog__says");
  const why = found.querySelector("textarea").value.trim();
  if (why.length < LEAST) {
    says.textContent = t("请写明用途，至少 {n} 个字", { n: LEAST });
    return;
  }
  says.textContent = t("正在导出…");
  const mine = found._what;
  const [what, title, filters] = mine;
  /** @param {string} words */
  const told = (words) => {
    if (found._what === mine) says.textContent = words; // else it is open for another table by now
  };
  if (filters.numbers && !filters.numbers.length) {
    says.textContent = t("这里没有可导出的事件");
    return;
  }
  const asked = new URLSearchParams(Object.entries({ ...filters, why }).filter(([, value]) => value));
  const body = filters.numbers && { ...filters, why };
  const answer = await call(`/api/v1/exports/${what}.${kind}${body ? "" : "?" + asked}`, {
    body,
    read: (whole) => whole.blob(),
  });
  if (!answer.ok) {
    told(answer.status ? faultOf(answer.said) : t("没有连上服务器，请再试"));
    return;
  }
  const link = el("a");
  link.href = URL.createObjectURL(answer.said);
  link.download = `${[title, filters.period].filter(Boolean).join(" ")}.${kind}`.replace(/[\\/:*?"<>|]/g, " ");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  if (found._what === mine) found.close();
};

/** @param {ExportWhat} what */
const open = (what) => {
  box = box && box.isConnected ? box : made();
  box._what = what;
  box.querySelector("h2").textContent = t("导出：{what}", { what: what[1] });
  box.querySelector(".s-dialog__says").textContent = "";
  box.showModal();
  box.querySelector("textarea").focus();
};

export const exporting = {
  /* A button that exports what `what()` says when it is pressed: [table, title, filters]; the filter `numbers` names
     the events one by one, in the order in which they are seen. */
  /** @param {() => ExportWhat} what */
  button: (what) => {
    const button = el("button", "btn s-export", t("导出"));
    button.type = "button";
    button.addEventListener("click", () => open(what()));
    return button;
  },
  open,
};
