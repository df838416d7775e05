/* The desk: everything on its page, and in which order its parts begin. Keys stand in the help in this order too. */
import "../core/drafts.js";
import "../core/idle.js";
import "../live/feed.js";
import "../live/still.js";
import "../event/event.js";
import { byId } from "../core/dom.js";
import { presence } from "../event/presence.js";
import * as alerts from "./alerts.js";
import * as batch from "./batch.js";
import * as command from "./command.js";
import * as deliveries from "./deliveries.js";
import { beginDesk, desk } from "./desk.js";
import * as dispatch from "./dispatch.js";
import * as help from "./help.js";
import * as intake from "./intake.js";
import * as objections from "./objections.js";
import * as queue from "./queue.js";
import * as reveals from "./reveals.js";
import "./stretches.js";

const together = {
  begin() {
    presence.begin(byId("desk"), desk.number());
    desk.on("choose", presence.go);
    desk.on("change", () => presence.beat());
  },
};

beginDesk([alerts, batch, command, deliveries, dispatch, help, intake, objections, queue, reveals, together]);
