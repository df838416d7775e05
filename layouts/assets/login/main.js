/* The caps-lock hint of the login form; the form itself needs no script. */
(function () {
  "use strict";
  const hint = document.getElementById("login-caps");
  const password = document.getElementById("login-password");
  if (!hint || !password) return;
  const look = (pressed) => {
    if (pressed.getModifierState) hint.hidden = !pressed.getModifierState("CapsLock");
  };
  password.addEventListener("keydown", look);
  password.addEventListener("keyup", look);
  password.addEventListener("blur", () => { hint.hidden = true; });
})();
