/* The shapes that scripts share, for their check (tsconfig.json); nothing of it is sent to a browser. What the API
   answers is in api.d.ts, made from its own description. Moments here are epoch milliseconds. */

/* ---- the live feed ---- */

/* An open event as the feed carries it (feed_row in dashboard/feed/serializer.py): keys without a value are left out. */
interface EventRow {
  id: number;
  version: number;
  number: string;
  title: string;
  category?: string;
  category_name?: string;
  status: string;
  emergency?: boolean;
  level?: string;
  lng?: number;
  lat?: number;
  address?: string;
  grid?: string;
  path?: string;
  unit?: string;
  handler?: string;
  how?: string;
  co?: string[];
  round?: number;
  reported_at: number;
  source?: string;
  register_due_at?: number;
  dispatch_due_at?: number;
  claim_due_at?: number;
  accept_due_at?: number;
  warn_due_at?: number;
  handle_due_at?: number;
  check_due_at?: number;
  overdue_at?: number;
  hold_until?: number;
  request?: string;
  declines?: number;
  border?: boolean;
  supervision?: string;
}
type DueName =
  | "register_due_at"
  | "dispatch_due_at"
  | "claim_due_at"
  | "accept_due_at"
  | "handle_due_at"
  | "check_due_at"
  | "hold_until";

/* An alert as the feed carries it: the API's, its moments as milliseconds. */
type Alert = Omit<Api.Alert, "raised_at" | "reported_at" | "acknowledged" | "next" | "ladder" | "shelved" | "units"> & {
  raised_at: number;
  reported_at: number;
  stood_down_at?: number;
  acknowledged?: { by: string; title?: string; at: number; screen?: string; behalf?: Behalf };
  next?: { at: number; what: string };
  ladder?: Rung[];
  shelved?: { until: number; by: string; title?: string; reason: string };
  units?: { unit: string; name: string; accepted: boolean; due_at?: number }[];
};
interface Behalf {
  who: string;
  channel: string;
  words: string;
}
interface Rung {
  at: number;
  what: string;
  done?: boolean;
  held?: boolean;
}

interface StillPart {
  part: string;
  seconds: number;
}
type LinkState = "live" | "stale" | "offline";

/* `window.live`: what everybody may read of the feed. */
interface Live {
  readonly position: string | null;
  readonly size: number;
  readonly loaded: boolean;
  readonly state: LinkState;
  readonly link: LinkState;
  readonly still: StillPart[];
  readonly speed: number;
  get(id: number | string): EventRow | null;
  rows(): IterableIterator<EventRow>;
  view(name: string): any;
  alerts(): Alert[];
  hash(): string;
  sizes(): Record<string, number>;
  compare(): Promise<boolean | null>;
  resync(): Promise<void>;
  wake(slept: number): void;
  leave(): void;
  age(): number;
  now(): number;
  drawn(number: string): number | null;
  markDrawn(number: string, epochMs: number): void;
  on(name: "rows", fn: (ids: number[]) => void): () => void;
  on(name: "view", fn: (name: string, data: any) => void): () => void;
  on(name: "alert", fn: (alert: Alert) => void): () => void;
  on(name: "state", fn: (state: LinkState) => void): () => void;
}
interface Beat {
  id: string;
  server_now: number;
  clock_speed: number;
  ages?: Record<string, number>;
  still?: string[];
}
interface Snapshot {
  position: string;
  rows: EventRow[];
}

/* ---- asking the server ---- */

/* What came back: status 0 where no whole answer came. */
interface Answer {
  ok: boolean;
  status: number;
  said: any;
}
interface Question {
  method?: string;
  body?: any;
  headers?: Record<string, string>;
  patience?: number;
  shut?: () => void;
  read?: (answer: Response) => Promise<any>;
  last?: boolean;
}

/* ---- what pages begin with (data-initial, layouts/pages) ---- */

type Words = Record<string, string>;
type Word = () => string;
/* [code, name, parent, place of its level] */
type AreaEntry = [string, string, string, number];
/* [code, name, parent] */
type CategoryEntry = [string, string, string];
interface Marked {
  code: string;
  word: string;
  token: string;
  glyph?: string;
}
interface LevelWord {
  word: string;
  class: string;
}
/* layouts/text/marks.py */
interface Marks {
  actions: Words;
  status_words: Words;
  statuses: Marked[];
  level_words: Record<string, LevelWord>;
  ratings: Marked[];
  dues: Record<string, [DueName, string]>;
  status_classes: Words;
  supervisions: Record<string, { word: string; rank: number }>;
}
interface Clocked {
  now: number;
  speed: number;
  time_zone: string;
}
interface Fact {
  name: string;
  kind: string;
  required: boolean;
  word: string;
  when?: string;
  choices: [string, string][];
}
interface Rule {
  word: string;
  key: string;
  ask: boolean;
  facts: Fact[];
}
interface Account {
  name: string;
  title: string;
  role?: string;
}
/* The rule book of a page on which people act. */
interface Book {
  rules: Record<string, Rule>;
  account: Account;
  units: Words;
  members?: [string, string][];
  areas?: AreaEntry[];
  levels?: string[];
  categories: CategoryEntry[];
}
interface DeskFirst extends Marks, Clocked, Book {
  levels: string[];
  areas: AreaEntry[];
  centre: number[];
  gone_units: Words;
  views: Record<string, any>;
  alerts: Alert[];
  letters: Words;
  event: string;
  demo: boolean;
}
interface ClaimFirst extends Marks, Clocked, Book {
  unit: { code: string; name: string };
  levels: string[];
  areas: AreaEntry[];
  claim_ms: number;
  claim_soon_ms: number;
  points: Words;
  sources: Words;
  limits: Words;
  views: Words;
  event: string;
  demo: boolean;
}
interface WallFirst extends Marks, Clocked {
  levels: string[];
  claim_ms: number;
  claim_soon_ms: number;
  units: Words;
  views: Record<string, any>;
  alerts: Alert[];
  kpis: { code: string; name: string; kind: "count" | "rate"; better: "up" | "down" | "" }[];
  levels_below: string[];
  scenes: string[];
  areas: AreaEntry[];
  heirs: Words;
}
interface PhoneFirst extends Clocked {
  status_words: Words;
  status_classes: Words;
  level_words: Record<string, LevelWord>;
  ratings: Marked[];
  points: Words;
  categories: [string, string, string?, string?, boolean?][];
  outlines: Outline[];
  landmarks: [string, number, number][];
  centre: LngLat | null;
  account: string;
  title: string;
  area: string;
  street: string;
  district: string;
}

/* ---- places ---- */

type LngLat = [number, number];
type Point2 = [number, number];
type Ring = LngLat[];
/* [code, name, rings], each ring a row of numbers */
type Outline = [string, string, number[][]];
interface Place {
  lng: number;
  lat: number;
  accuracy?: number | null;
  byHand?: boolean;
  name?: string;
  where?: string;
}

/* ---- pages drawn by Dash ---- */

interface Window {
  live: Live;
  io: any;
  webkitAudioContext?: typeof AudioContext;
  L: any;
  dash_clientside: { set_props(id: string, props: object): void };
  dash_ag_grid: any;
  dashExtensions?: Record<string, object>;
}

/* ---- pieces ---- */

/* A field that offers what its words may mean (core/combo.js). */
interface Offer {
  label: string;
  note?: string;
  pick(): void;
}

/* [table, title, filters] */
type ExportWhat = [string, string, Record<string, any>];
interface ExportDialog extends HTMLDialogElement {
  _what: ExportWhat;
}
/* A snapshot in columns (callbacks/live/pack.py). */
interface PackedColumn {
  name: string;
  kind: "int" | "digits" | "micro" | "word";
  width: number;
  low: number;
  start?: number;
  from?: string;
  by?: string;
  map?: number[];
  words?: string[];
}
interface PackedHead {
  position: string;
  count: number;
  micro: number;
  columns: PackedColumn[];
  rows: EventRow[];
}
interface KnownColumn {
  cells: Float64Array;
  value: (cell: number) => string | number;
}

/* ---- the document, as it is used here: what is looked for is of the tag its selector ends in, else plain HTML ---- */

type TagOf<S extends string> = S extends `${infer A},${string}`
  ? TagOf<A>
  : S extends `${string} ${infer B}`
    ? TagOf<B>
    : S extends `${infer A}[${string}`
      ? TagOf<A>
      : S extends `${infer A}:${string}`
        ? TagOf<A>
        : S extends `${infer A}.${string}`
          ? TagOf<A>
          : S extends `${infer A}#${string}`
            ? TagOf<A>
            : S;
type ElementOf<S extends string> = TagOf<S> extends infer T
  ? T extends keyof HTMLElementTagNameMap
    ? HTMLElementTagNameMap[T]
    : HTMLElement
  : never;
interface ParentNode {
  querySelector<S extends string>(selectors: S): ElementOf<S> | null;
  querySelectorAll<S extends string>(selectors: S): NodeListOf<ElementOf<S>>;
}
interface HTMLFormControlsCollection {
  [name: string]: any; // fields by name
}
interface Element {
  closest<S extends string>(selectors: S): ElementOf<S> | null;
}

/* What scripts keep at an element of their own. */
interface HTMLElement {
  _held?: Map<string, HTMLElement>; // core/keyed.js: the children by key
  _drawn?: boolean;
  _key?: string; // act/act.js: of an unconfirmed press
  _seen?: boolean;
  _frame?: string;
  _page?: Paging;
  _v?: string;
  _chart?: TrendChart;
  _old?: boolean;
  _made?: string;
  _shape?: string;
}

/* ---- acting on an event (act/) ---- */

/* Which event an action is about, as it was seen, with what is known of it already. */
interface About {
  number: string;
  version: number;
  facts: Record<string, any>;
}
/* The form that is open. */
interface OpenForm extends About {
  action: string;
  key: string;
  box: HTMLElement;
  form: HTMLFormElement;
  general: HTMLElement;
  go: HTMLButtonElement;
  name: string;
  back: HTMLElement;
  busy?: boolean;
  unsure?: boolean;
}
type Pairs = [string, string][];
/* What was read of a field: its value, what is wrong with it, or nothing. */
interface ReadFact {
  value?: any;
  fault?: string;
}
/* How a kind of fact is drawn, and how it is read. */
type FactKind = [
  (fact: Fact, value: any, book: Book) => HTMLElement[],
  (node: HTMLElement, fact: Fact, book: Book) => ReadFact | Promise<ReadFact>,
];

/* ---- the administrator's page ---- */

interface AdminFirst {
  may_change: boolean;
  time_zone: string;
  areas: Pairs;
  scenes: Pairs;
  languages: Pairs;
  rotations: number[];
}
interface ScreenReport {
  lag_s?: number;
  age?: number;
  hash_ok?: boolean | null;
  heap_mb?: number;
  frame_ms?: number;
  errors?: number;
  uptime_s?: number;
  reason?: string;
}
interface ScreenState {
  key: string;
  name: string;
  place?: string;
  kiosk?: boolean;
  audible?: boolean;
  ago?: number;
  opened_at?: number;
  revoked_at?: number;
  origin?: string;
  report?: ScreenReport;
}
interface PersonState {
  name: string;
  title: string;
  role: string;
  belongs?: string;
  disabled?: boolean;
  demo?: boolean;
}
interface LimitState {
  key: string;
  kind: string;
  account?: string;
  address?: string;
  until?: number;
  failures: number;
  refused: number;
  last_at: number;
}
interface AdminState {
  now: number;
  screens: ScreenState[];
  accounts: PersonState[];
  limits: LimitState[];
}
interface AdminHealth {
  parts: { clock_age: number; publisher_age: number; database_age: number; still: string[] };
  aside: { kind: string; key: string; reason: string; first_at: number; times: number }[];
}
/* Title, class, text of a row. */
type Column<T, C = void> = [Word, string, (one: T, context: C) => string];
/* Text, class and a second line of a cell. */
type CellText = [string, string, string?];

/* ---- the alarm ---- */

interface Tone {
  notes: [number, number, number][];
  round: number;
  wave: OscillatorType;
  loud: number;
}

/* ---- said across a page ---- */

interface DocumentEventMap {
  acted: CustomEvent<{ number: string; action: string; answer: any }>;
  outdated: CustomEvent<{ number: string }>;
}

/* ---- the unit's page (claim/) ---- */

/* What stood in the pool and is no longer to be had, still on its card. */
interface GoneCard {
  row: EventRow;
  kind: string;
  status: string;
  words: string;
  more: string;
  until: number;
}

/* ---- the desk ---- */

interface DeskKey {
  key: string;
  label: string;
  group: string;
  run: (event?: KeyboardEvent) => void;
}
/* A place as it was found by words or by a press. */
interface FoundPlace extends Place {
  rough?: boolean;
  kind?: string;
}
/* A line of the command field. */
interface CommandOffer {
  text: string;
  note?: string;
  code?: string;
  run(): void;
}
/* What is asked of AG Grid; its own types are not here. */
type GridApi = any;
interface GridNode {
  data: EventRow;
  rowIndex: number | null;
  rowTop: number | null;
  displayed: boolean;
  setSelected(on: boolean): void;
  isSelected(): boolean;
}
type GridParams = { data: EventRow; value: any; api: GridApi; node: GridNode };
/* name, words, columns of twelve, kind, most characters */
type IntakeField = [string, Word, number, string, number];
interface Geometry {
  type: "Polygon" | "MultiPolygon";
  coordinates: any[];
}
interface AreaFeature {
  geometry: Geometry;
  properties: { code: string; name: string; parent: string; lng?: number; lat?: number };
}
/* A line of the plan for several events at once, and how far it is. */
type PlanRow = Api.Planned & {
  state: "planned" | "sending" | "done" | "unsure" | "failed";
  key?: string;
  said?: string;
};
/* What stands in the form of a report taken by phone (desk/intake-entry.js). */
/* What was sent of a call or report under one key and is not settled (core/tries.js); newest last. */
interface Tries {
  key: string;
  tries: Try[];
  seat?: string;
}
/* A try: where it went and its words; of a resident's, what stood in the form, and its title for whoever follows it. */
interface Try {
  path: string;
  body: any;
  typed?: string;
  title?: string;
}
interface TriesAsked {
  post: (one: Try) => Promise<Answer | null>;
  unsure: (answer: Answer | null) => boolean;
  urgent: (one: Try) => boolean;
  keep: () => void;
}
/* Who hears what becomes of a resident's report (report/sending.js). */
interface SendingAsked {
  waits: (words: string) => void;
  refused: (words: string) => void;
  filed: (said: Api.Receipt, one: Try, urgent: boolean, more: boolean) => void;
  photos: () => string[];
}
interface IntakeCall {
  sent: Tries | null;
  busy: boolean;
  filed: boolean;
}
interface IntakeEntry {
  form: HTMLFormElement;
  fields: Record<string, HTMLInputElement>;
  place: FoundPlace;
  doubles: Api.Duplicates["items"];
  call: IntakeCall;
  began: number;
  served: number;
}
interface DeskPage {
  first: DeskFirst;
  choose(number: string): void;
  number(): string;
  chosen(): EventRow | null;
  version(): number;
  redraw(): void;
  drawn(id: string): HTMLElement | null;
  notNow(word: string): string;
  on(name: "choose" | "change" | "select", fn: (...facts: any[]) => void): () => void;
  emit(name: "choose" | "change" | "select", ...facts: unknown[]): void;
  tell(text: string, kind?: string, ms?: number): void;
  key(pressed: string, label: string, run: DeskKey["run"], group?: string): void;
  keys(): DeskKey[];
  press(action: string): boolean;
  selected?: () => string[];
}
/* A closed event among the unit's own: a row as far as it is known, and how it ended. */
type HeldRow = EventRow & { closed?: number; rated?: string; when?: string };
interface ClaimPage {
  first: ClaimFirst;
  bonus?: { left: string; cap: string };
  ask(path: string): Promise<any>;
  log(text: string): void;
  choose(number: string): void;
  number(): string;
  isMine(row: EventRow): boolean;
  place(row: EventRow): string;
  area(code: string): string;
  onTick(fn: (now: number, lost: boolean) => void): void;
  count(name: string, n: string): void;
  view(name: string): void;
  mine(): void;
}
/* What is chosen in the panel of dispatch. */
type Dispatched = "unit" | "grid";

/* ---- the map: what is used of Leaflet, and what the points are gathered into ---- */

interface LeafletPoint {
  x: number;
  y: number;
  distanceTo?(other: LeafletPoint): number;
}
interface LatLng {
  lat: number;
  lng: number;
}
interface LatLngBounds {
  contains(at: LatLng): boolean;
  extend(more: LatLngBounds | [number, number]): LatLngBounds;
  isValid(): boolean;
  getCenter(): LatLng;
}
interface LeafletLayer {
  addTo(map: LeafletMap): this;
  remove(): this;
  setStyle(style: object): this;
  bringToFront(): this;
  getBounds(): LatLngBounds;
  getLatLngs(): any[];
}
interface LeafletMarker extends LeafletLayer {
  getLatLng(): LatLng;
  setLatLng(at: [number, number] | LatLng): this;
  getElement(): HTMLElement;
}
interface LeafletMap {
  on(names: string, fn: (event: any) => void, context?: object): this;
  off(names: string, fn: (event: any) => void, context?: object): this;
  getPane(name: string): HTMLElement | undefined;
  createPane(name: string): HTMLElement;
  getContainer(): HTMLElement;
  getSize(): LeafletPoint;
  getZoom(): number;
  getZoomScale(to: number, from: number): number;
  getBounds(): any;
  getPixelBounds(): { min: LeafletPoint; max: LeafletPoint };
  getPixelOrigin(): LeafletPoint;
  options: any;
  containerPointToLayerPoint(at: [number, number]): LeafletPoint;
  latLngToContainerPoint(at: LatLng | [number, number]): LeafletPoint;
  containerPointToLatLng(at: [number, number]): LatLng;
  stop(): this;
  flyToBounds(box: LatLngBounds, options: object): this;
  fitBounds(box: LatLngBounds, options: object): this;
  invalidateSize(options: object): this;
}
/* A rectangle of the map's world (livePoints.world), and the picture of it. */
interface MapBox {
  left: number;
  right: number;
  top: number;
  bottom: number;
}
interface MapView extends MapBox {
  scale: number;
  width: number;
  height: number;
}
/* A question to the points. */
interface MapAsk extends MapBox {
  scale: number;
  unit: number;
  now: number;
  area: string | null;
  quiet: boolean[];
}
interface MapCell {
  quiet: number;
  x: number;
  y: number;
  n: number;
  shares: number[];
  over: number;
  soon: number;
  ids: number[];
}
/* Points in columns of equal length; `paths` are those first named in it. */
interface PointBatch {
  ids: ArrayLike<number>;
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  soon: ArrayLike<number>;
  due: ArrayLike<number>;
  status: ArrayLike<number>;
  path: ArrayLike<number>;
  paths: string[];
  gone: number[];
}
type PointColumn = "ids" | "x" | "y" | "soon" | "due" | "status" | "path";
type FreshBatch = Record<PointColumn, number[]> & { paths: string[]; gone: number[] };
/* An area of the ground: its layer, and its properties as layouts/parts/maps.py writes them. */
interface GroundArea {
  layer: LeafletLayer;
  id: string;
  name: string;
  parent: string;
  level: string;
  kind: "grid" | "community" | "street" | "edge";
  type?: string;
  at?: LngLat;
  centre?: LngLat;
}
interface MapPlace {
  code: string;
  name: string;
  kind: string;
  lng: number;
  lat: number;
  unit?: string;
  note?: string;
}
/* A place of help near an emergency, with its nominal way (wall/forces.js). */
interface Force extends MapPlace {
  metres: number;
  minutes: number;
}
/* An emergency on the map with the forces near it (map/lines.js). */
interface ForceScene {
  key: string;
  row: { lng: number; lat: number };
  forces: Force[];
  moving: boolean;
}
interface Hit extends LeafletPoint {
  n: number;
  radius: number;
  readonly rows: EventRow[];
}
/* The layer of points (map/layer.js), and that of heat. */
interface EventLayer {
  _map: LeafletMap;
  canvas: HTMLCanvasElement;
  hits: Hit[];
  answer: (MapAsk & { cells: MapCell[]; count: number; number: number }) | null;
  shown: boolean;
  stale: boolean;
  asking: boolean;
  drawing: boolean;
  frame: number;
  later: number;
  cost: number;
  gatherCost: number;
  drawnAt: number;
  askedAt: number;
  moved(): void;
  dirty(data: boolean): void;
  draw(): void;
  gather(view: MapView): void;
  covers(view: MapView): boolean;
  paint(pen: CanvasRenderingContext2D, cell: MapCell, x: number, y: number, unit: number): void;
}

/* ---- the pages in a pocket (phone/, field/, report/) ---- */

/* What is being written: kept in the browser until it is sent. */
interface ReportDraft {
  category: string;
  text: string;
  address: string;
  place: Place | null;
  resolved?: boolean;
  source?: Api.DoorReport["source"];
  phone?: string;
  emergency?: boolean;
}
/* A picture in a strip: shrunk, perhaps on its way. */
interface Picture {
  blob: Blob;
  id: string;
  url: string;
  said?: string;
  fault?: Error | null;
  sending?: Promise<void>;
  draw(): void;
}
/* A report as its three steps hand it over. */
interface ReportSteps {
  title: string;
  category?: string;
  description?: string;
  address?: string;
  place: Place | null;
  pictures: Picture[];
  resolved: boolean;
  draft: ReportDraft;
}
/* Something that waits in the phone (field/outbox.js). */
interface OutboxItem {
  id?: number;
  account?: string;
  key?: string;
  at?: number;
  kind: string; // report or check
  path: string;
  title: string;
  number?: string; // of the event that is checked
  round?: number;
  body: Record<string, any>;
  sealed?: Record<string, any> | null;
  pictures: { blob: Blob; id: string }[];
  state?: string; // waiting, sent, conflict, refused
  tries?: number;
  said?: any;
  sent?: number;
  again?: boolean;
}
type Outcome = "ok" | "lost" | "held" | "moved" | "refused";
/* The day of a grid worker as last heard. */
type FieldDay = Api.Field & { heard: number };
type FieldTask = Api.FieldTask & { away?: number | null };
interface PhoneCategory {
  code: string;
  word: string;
  parent?: string;
  photo?: string;
  emergency?: boolean;
}
/* One tag of EXIF. */
interface ExifTag {
  type: number;
  count: number;
  value: number;
  raw: Uint8Array;
}
type ExifTags = Map<number, ExifTag>;
interface Exif {
  little: boolean;
  exif: ExifTags;
  gps: ExifTags;
}
/* A picture in the form of an action (photo/field.js). */
interface FormPicture {
  name: string;
  url: string;
  part: number;
  id: string;
  fault: string;
  blob: Blob | null;
  sending: Promise<void> | null;
}

/* A layer of tiles, and how often in a row it got none. */
interface TileLayer extends LeafletLayer {
  _failed?: number;
  _map?: LeafletMap;
}
/* How a glyph or a path is drawn at a size, and in an ink. */
type PathAt = (pen: CanvasRenderingContext2D, size: number) => void;
type GlyphIn = (pen: CanvasRenderingContext2D, ink: string) => void;
/* The service worker of /field, as far as it is used (field/service-worker.js); the server writes its addresses in. */
declare const __KEPT__: string[];
interface PhoneWorker {
  addEventListener(name: string, fn: (event: PhoneWorkerEvent) => void): void;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  location: Location;
}
interface PhoneWorkerEvent {
  request: Request;
  respondWith(answer: Promise<Response>): void;
  waitUntil(work: Promise<unknown>): void;
}

/* ---- boards and numbers (scores/) ---- */

/* What the page shows, as it stands in its address. */
type ScoresState = Record<"board" | "period" | "area" | "sheet" | "q" | "sort" | "unit" | "category" | "channel", string>;
interface KpiWords {
  name: string;
  num: string;
  den: string;
  formula: string;
  kind: string;
  better: string;
}
interface ScoresFirst extends Marks, Clocked {
  account: Account;
  boards: Pairs;
  depths: Record<string, number>;
  periods: Pairs;
  rates: string[];
  kpis: Record<string, KpiWords>;
  stages: Words;
  levels: string[];
  areas: AreaEntry[];
  may: Record<string, boolean>;
  units: Pairs;
  categories: Pairs;
  channels: Pairs;
  verdicts: Pairs;
}
type BoardLine = Api.BoardRow & { trend?: (number | string)[] };
/* A table of the page: heads, then rows of texts, numbers and elements. */
type TableCells = (string | number | Node)[];

/* ---- the wall's small views (datasources/figures/views) ---- */

interface Ratio {
  num: number;
  den: number;
}
type RatioPair = [number, number];
/* A number of the strip, with yesterday's up to the same hour. */
interface StripKpi {
  code: string;
  name: string;
  kind: "count" | "rate";
  better: string;
  value: { num?: number; den?: number; prev?: Ratio };
}
interface BarRow {
  code?: string;
  source?: string;
  name: string;
  count: number;
}
interface RankRow {
  code: string;
  name: string;
  rank: number;
  tenths: number;
  points: string;
  change?: number;
  on_time?: RatioPair;
}
/* A row of the tables of streets, units and ratings: numbers and [num, den] by column. */
type TableRow = { code: string; name: string } & Record<string, any>;
interface TableColumn {
  key: string;
  word: Word;
  classes: string;
  text(row: TableRow): string;
  open(row: TableRow): boolean;
  path?(row: TableRow, by: string): string;
  small?(row: TableRow): string;
  bar?: boolean;
  shares?: boolean;
  token?: string;
}
interface TrendHour {
  at: number;
  reported: number;
  closed: number;
  usual?: number;
}
interface LatestStep {
  number: string;
  at: number;
  action: string;
  [fact: string]: any;
}
/* An area the wall can show. */
interface ShownArea {
  code: string;
  name: string;
  parent: string;
  depth: number;
}
/* What the wall derives from the open events of the shown area (wall/derive.js). */
type Derived = ReturnType<typeof import("./wall/derive.js").derived.found>;
/* Which rows of a list stand in its box, page by page (wall/pager.js). */
interface Paging {
  at: number;
  pages: number;
  since: number;
}
/* When a quiet reload is due (wall/watch.js). */
interface ScreenFacts {
  state: string;
  alerts: number;
  uptime_s: number;
  dead_s: number;
  heap_mb: number | null;
  limit_mb: number;
  clock_s: number;
  name: string;
}
interface Performance {
  memory?: { usedJSHeapSize: number };
}
/* The chart of a day's hours, made once (wall/trend.js). */
interface TrendChart {
  chart: SVGElement;
  axis: [SVGElement, SVGElement, string][];
  hours: SVGElement[];
  lines: Record<string, SVGElement>;
  area: SVGElement;
  dot: SVGElement;
  peak: SVGElement;
}
type TrendLine = "usual" | "closed" | "reported";
/* What the three steps of a report are given (phone/steps.js). */
interface StepsAsked {
  name: string;
  send: (report: ReportSteps) => Promise<boolean>;
  ready?: (one: Picture) => void;
  extra?: (box: HTMLElement, draft: () => ReportDraft, keep: () => void) => () => void; // what shows the draft anew
  onSite?: boolean;
}
interface PinAsked {
  outlines: Outline[];
  landmarks: [string, number, number][];
  centre: LngLat | null;
  change: (place: Place) => void;
}
/* Which emergency a desk looks at, and which small form is open (desk/alerts-shown.js). */
interface ShownAlerts {
  pinned: number;
  answered: number;
  drawn: number;
  loud: boolean;
  moved: number;
  form: { kind: string; id: number } | null;
  load: Pick<Api.AlarmLoad, "ten_minutes" | "flood">;
}
/* How the lines of a kind of area are drawn (map/ground.js), in Leaflet's words. */
interface LineStyle {
  fill: boolean;
  color: string;
  weight: number;
  opacity?: number;
  className?: string;
  fillColor?: string;
  fillOpacity?: number;
}
/* A panel of the wall: its view, the id of its box, how it is drawn. */
type Panel = [string, string, (box: HTMLElement, note: HTMLElement, view: any, found: Derived, now: number) => unknown];
/* What the administrator's tables share with one another. */
interface AdminTools {
  first: AdminFirst;
  button(text: string, classes: string, press: () => void): HTMLButtonElement;
  act(path: string, body: object, then: (said: any) => void): void;
}
