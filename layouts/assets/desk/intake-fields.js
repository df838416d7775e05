/* What a call is written down in: where it came from, the fields, and where the server's words about them are shown. */
import { t } from "../core/words.js";

/** @type {[string, Word][]} */
export const SOURCES = [
  ["hotline_12345", () => t("12345 转办")],
  ["phone", () => t("电话")],
  ["walk_in", () => t("来访")],
];
/** name → [words, columns of twelve, kind, most characters, hint] @type {IntakeField[]} */
export const FIELDS = [
  ["phone", () => t("来电号码"), 3, "tel", 20],
  ["name", () => t("来电人称呼"), 2, "text", 40],
  ["external_id", () => t("工单号"), 2, "text", 60],
  ["title", () => t("事项"), 5, "text", 100],
  ["category", () => t("类别"), 7, "category", 100],
  ["address", () => t("地点（输入即落格）"), 7, "address", 200],
  ["description", () => t("情况"), 5, "text", 2000],
];
/** where the server's words about a field are shown @type {Record<string, string>} */
export const FAULTS = {
  "reporter.phone": "phone",
  "reporter.name": "name",
  lng: "address",
  lat: "address",
  accuracy_m: "address",
  "report.emergency": "emergency",
  original: "",
};
