/* The login page: the hint of caps lock, and drafts that are not for whoever logs in next. The form itself needs no
   script. */
import "../core/drafts.js";

const hint = document.getElementById("login-caps");
const password = document.getElementById("login-password");
/** @param {KeyboardEvent} pressed */
const look = (pressed) => {
  if (pressed.getModifierState) hint.hidden = !pressed.getModifierState("CapsLock");
};
if (hint && password) {
  password.addEventListener("keydown", look);
  password.addEventListener("keyup", look);
  password.addEventListener("blur", () => {
    hint.hidden = true;
  });
}
