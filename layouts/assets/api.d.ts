/* Made by `make tables` from callbacks/api/schema: what the API answers and takes. Moments are RFC 3339. */
declare namespace Api {
  type Report = {
    title: string;
    description?: string | null;
    category?: string | null;
    lng?: number | null;
    lat?: number | null;
    crs?: "wgs84" | "cgcs2000" | "gcj02" | "bd09" | null;
    accuracy_m?: number | null;
    address?: string | null;
    source?: 
      | "grid_worker"
      | "resident"
      | "property"
      | "hotline_12345"
      | "phone"
      | "walk_in"
      | "sensor"
      | "leader"
      | "department"
      | "chat"
      | "api" | null;
    emergency?: boolean | null;
    reporter?: {
      name?: string | null;
      phone?: string | null;
    } | null;
    external_id?: string | null;
    resolved_on_site?: boolean | null;
    photos?: Array<string> | null;
    reported_at?: string | null;
  };
  type DoorReport = {
    title: string;
    description?: string | null;
    category?: string | null;
    lng?: number | null;
    lat?: number | null;
    crs?: "wgs84" | "cgcs2000" | "gcj02" | "bd09" | null;
    accuracy_m?: number | null;
    address?: string | null;
    source?: "resident" | "property" | null;
    emergency?: boolean | null;
    reporter?: {
      name?: string | null;
      phone?: string | null;
    } | null;
    photos?: Array<string> | null;
    reported_at?: string | null;
  };
  type Event = {
    id: number;
    number: string;
    external_id: string | null;
    source_system: string | null;
    source: 
      | "grid_worker"
      | "resident"
      | "property"
      | "hotline_12345"
      | "phone"
      | "walk_in"
      | "sensor"
      | "leader"
      | "department"
      | "chat"
      | "api";
    title: string;
    description: string;
    category: {
      code: string;
      name: string;
    } | null;
    status: 
      | "reported"
      | "claimable"
      | "pending_dispatch"
      | "dispatched"
      | "handling"
      | "on_hold"
      | "checking"
      | "closed"
      | "rejected"
      | "merged";
    zone: 
      | "reported"
      | "claimable"
      | "claimed"
      | "pending_dispatch"
      | "dispatched"
      | "checking"
      | "supervised"
      | "closed" | null;
    emergency: boolean;
    level: "grid" | "community" | "street" | "district";
    lng: number | null;
    lat: number | null;
    address: string;
    grid: {
      code: string;
      name: string;
    } | null;
    border: {
      candidates: Array<string>;
      settled?: boolean;
      distance_m?: number | null;
      streets?: number;
    } | null;
    unit: {
      code: string;
      name: string;
    } | null;
    how: "claim" | "dispatch" | null;
    round: number;
    reported_at: string;
    claim_due_at: string | null;
    accept_due_at: string | null;
    warn_due_at: string | null;
    handle_due_at: string | null;
    check_due_at: string | null;
    hold_until: string | null;
    overdue_at: string | null;
    reply_due_at: string | null;
    finished_at: string | null;
    closed_at: string | null;
    on_time: boolean | null;
    rating: "very_satisfied" | "satisfied" | "fair" | "dissatisfied" | "very_dissatisfied" | null;
    supervision: "none" | "ordinary" | "yellow" | "red";
    supervised_reason: string | null;
    rework_count: number;
    decline_count: number;
    extension_count: number;
    request: "hold" | "extend" | "object" | null;
    appeal: "open" | "reviewing" | "upheld" | "dismissed" | null;
    demand: number;
    version: number;
    reporter: {
      name: string | null;
      phone: string | null;
    };
  };
  type Step = {
    action: string;
    name: string;
    from: 
      | "reported"
      | "claimable"
      | "pending_dispatch"
      | "dispatched"
      | "handling"
      | "on_hold"
      | "checking"
      | "closed"
      | "rejected"
      | "merged" | null;
    to: 
      | "reported"
      | "claimable"
      | "pending_dispatch"
      | "dispatched"
      | "handling"
      | "on_hold"
      | "checking"
      | "closed"
      | "rejected"
      | "merged";
    by: string;
    role: string;
    by_unit: string | null;
    at: string;
    round: number;
    version: number;
    unit: string | null;
    rating: "very_satisfied" | "satisfied" | "fair" | "dissatisfied" | "very_dissatisfied" | null;
    facts: Record<string, any>;
    late: boolean;
    on_behalf: boolean;
  };
  type Photo = {
    id: string;
    url: string;
    role: string | null;
    width: number;
    height: number;
    created_at: string;
    findings?: Array<{
      kind: string;
      level: "ok" | "note" | "warn";
      text: string;
    }>;
  };
  type Duplicate = {
    number: string;
    status: 
      | "reported"
      | "claimable"
      | "pending_dispatch"
      | "dispatched"
      | "handling"
      | "on_hold"
      | "checking"
      | "closed"
      | "rejected"
      | "merged";
    distance_m: number;
    hours: number;
  };
  type EventDetail = {
    event: Event;
    steps: Array<Step>;
    photos: Array<Photo>;
    allowed: Array<
      | "report"
      | "register"
      | "reject"
      | "merge"
      | "unmerge"
      | "claim"
      | "lapse"
      | "dispatch"
      | "recall"
      | "call_in"
      | "accept"
      | "decline"
      | "escalate"
      | "finish"
      | "check"
      | "hold"
      | "resume"
      | "extend"
      | "approve"
      | "refuse"
      | "supervise"
      | "hand_over"
      | "reply"
      | "urge"
      | "comment"
      | "reopen"
      | "rate"
      | "object"
      | "dismiss"
      | "appeal"
      | "review"
      | "correct"
      | "settle_border"
      | "conclude"
      | "remind"
      | "warn"
      | "expire">;
    possible_duplicates: Array<Duplicate>;
  };
  type Upload = {
    id: string;
    offset: number;
    photo: Uploaded | null;
  };
  type UploadBegins = {
    size: number;
    sha256: string;
  };
  type Events = {
    items: Array<Event>;
    next: string | null;
    count?: number;
  };
  type Counted = {
    items: Array<Event & {
      counted: {
        at: string;
        rating: "very_satisfied" | "satisfied" | "fair" | "dissatisfied" | "very_dissatisfied" | null;
      };
    }>;
    next: string | null;
    count: number;
    hidden: number;
  };
  type Batch = {
    events: Array<Record<string, any>>;
  };
  type BatchResults = {
    results: Array<{
      status: unknown;
      event: Event;
    } | Problem>;
  };
  type Uploaded = {
    id: string;
    url: string;
    width: number;
    height: number;
  };
  type Reveal = {
    reason: string;
    version?: number | null;
  };
  type Revealed = {
    number: string;
    reporter: {
      name: string | null;
      phone: string | null;
    };
    description: string;
  };
  type Reveals = {
    items: Array<{
      account: string;
      title: string;
      count: number;
      reached_at: string | null;
    }>;
    limit: number;
  };
  type Receipt = {
    number: string;
    secret: string;
  };
  type Progress = {
    number: string;
    title: string;
    status: 
      | "reported"
      | "claimable"
      | "pending_dispatch"
      | "dispatched"
      | "handling"
      | "on_hold"
      | "checking"
      | "closed"
      | "rejected"
      | "merged";
    status_name: string;
    reported_at: string;
    finished_at: string | null;
    closed_at: string | null;
    reason: string | null;
    stages: Array<{
      name: string;
      at: string | null;
    }>;
    may: {
      rate: boolean;
      object: boolean;
      until: string | null;
    };
    rating: "very_satisfied" | "satisfied" | "fair" | "dissatisfied" | "very_dissatisfied" | null;
    objection: {
      text: string;
      at: string;
      answer: string | null;
      answered_at: string | null;
    } | null;
  };
  type DoorRates = {
    secret: string;
    rating: "very_satisfied" | "satisfied" | "fair" | "dissatisfied" | "very_dissatisfied";
    text?: string | null;
  };
  type DoorObjects = {
    secret: string;
    text: string;
  };
  type Nothing = Record<string, any>;
  type OpenApi = Record<string, any>;
  type Problem = {
    type: string;
    title: string;
    status: number;
    detail?: string;
    errors?: Array<{
      field: string;
      message: string;
    }>;
    winner?: {
      unit: string;
      name: string;
      at: string | null;
    } | null;
    event?: Event | null;
  };
  type Candidates = {
    number: string;
    version: number;
    dispatchable: boolean;
    why_not: string | null;
    units: Array<Candidate>;
    limits: Array<{
      condition: number | null;
      text: string;
      limit: {
        amount: number;
        unit: "urgent_hour" | "work_hour" | "work_day" | "natural_day";
      };
      due_at: string;
    }>;
    border: {
      candidates: Array<{
        code: string;
        name: string;
        street: string | null;
        distance_m: number | null;
        inside: boolean;
      }>;
      accuracy_m: number | null;
      settled: boolean;
      offered: string | null;
      remembered: {
        grid: string;
        name: string;
        by: string;
        at: string;
        distance_m: number | null;
      } | null;
    } | null;
  };
  type Candidate = {
    code: string;
    name: string;
    fit: "recommended" | "possible" | "unfit";
    score: number;
    reasons: Array<{
      kind: string;
      text: string;
      good: boolean;
    }>;
    load: number;
    on_time: {
      num: number;
      den: number;
    };
  };
  type PlanAsked = {
    numbers: Array<string>;
  };
  type Plan = {
    items: Array<Planned>;
  };
  type Planned = {
    number: string;
    version: number | null;
    title: string | null;
    status: 
      | "reported"
      | "claimable"
      | "pending_dispatch"
      | "dispatched"
      | "handling"
      | "on_hold"
      | "checking"
      | "closed"
      | "rejected"
      | "merged" | null;
    emergency: boolean;
    unit: {
      code: string;
      name: string;
    } | null;
    fit: "recommended" | "possible" | "unfit" | null;
    score: number | null;
    due_at: string | null;
    why_not: string | null;
  };
  type FieldMine = {
    number: string;
    version: number;
    title: string;
    status: 
      | "reported"
      | "claimable"
      | "pending_dispatch"
      | "dispatched"
      | "handling"
      | "on_hold"
      | "checking"
      | "closed"
      | "rejected"
      | "merged";
    level: "grid" | "community" | "street" | "district";
    emergency: boolean;
    lng: number | null;
    lat: number | null;
    address: string;
    grid: string;
    unit: string;
    reported_at: string;
    rating: "very_satisfied" | "satisfied" | "fair" | "dissatisfied" | "very_dissatisfied" | null;
  };
  type FieldTask = {
    number: string;
    version: number;
    title: string;
    status: 
      | "reported"
      | "claimable"
      | "pending_dispatch"
      | "dispatched"
      | "handling"
      | "on_hold"
      | "checking"
      | "closed"
      | "rejected"
      | "merged";
    level: "grid" | "community" | "street" | "district";
    emergency: boolean;
    lng: number | null;
    lat: number | null;
    address: string;
    grid: string;
    unit: string;
    reported_at: string;
    rating: "very_satisfied" | "satisfied" | "fair" | "dissatisfied" | "very_dissatisfied" | null;
    check_due_at: string | null;
    finished_at: string | null;
    round: number;
    said: string;
    photos: Array<Photo>;
  };
  type Field = {
    now: number;
    speed: number;
    tasks: Array<FieldTask>;
    mine: Array<FieldMine>;
    open: number;
    reported_today: number;
    checked_today: number;
    points: {
      today: string;
      month: string;
    };
    entries: Array<{
      rule: string;
      event: string;
      points: string;
      at: string;
      reversed: boolean;
    }>;
  };
  type Pool = {
    items: Array<PoolItem>;
    stake: Record<string, string>;
    bonus_left: string;
    bonus_cap: string;
  };
  type PoolItem = {
    number: string;
    claim_due_at: string;
    why: {
      category: string;
      area: string;
      priority: number;
    };
    rivals: Array<string>;
    limit: {
      amount: number;
      unit: "urgent_hour" | "work_hour" | "work_day" | "natural_day";
    };
    due_at: string;
    photos: number;
    description: string;
  };
  type PoolFate = {
    number: string;
    status: 
      | "reported"
      | "claimable"
      | "pending_dispatch"
      | "dispatched"
      | "handling"
      | "on_hold"
      | "checking"
      | "closed"
      | "rejected"
      | "merged";
    claimed: boolean;
    unit: {
      code: string;
      name: string;
    } | null;
    at: string | null;
  };
  type Stretches = {
    days: number;
    since: string;
    items: Array<{
      grids: Array<{
        code: string;
        name: string;
        street: string | null;
      }>;
      doubtful: number;
      waiting: number;
      declines: number;
      rulings: Array<{
        code: string;
        name: string;
        street: string | null;
        count: number;
      }>;
      last: {
        code: string;
        name: string;
        street: string | null;
        by: string;
        at: string;
      } | null;
    }>;
  };
  type Duplicates = {
    items: Array<{
      number: string;
      title: string;
      status: 
        | "reported"
        | "claimable"
        | "pending_dispatch"
        | "dispatched"
        | "handling"
        | "on_hold"
        | "checking"
        | "closed"
        | "rejected"
        | "merged";
      distance_m: number | null;
      hours: number;
      alike: boolean;
    }>;
    next: string | null;
  };
  type Join = {
    original: string;
    report: Report;
  };
  type Joined = {
    number: string;
    original: Event;
  };
  type Around = {
    number: string;
    duplicates: Array<Beside>;
    history: Array<Beside>;
  };
  type Beside = {
    number: string;
    title: string;
    status: 
      | "reported"
      | "claimable"
      | "pending_dispatch"
      | "dispatched"
      | "handling"
      | "on_hold"
      | "checking"
      | "closed"
      | "rejected"
      | "merged";
    category: string;
    alike: boolean;
    distance_m: number | null;
    age_s: number;
    reported_at: string;
    unit: {
      code: string;
      name: string;
    } | null;
    rating: "very_satisfied" | "satisfied" | "fair" | "dissatisfied" | "very_dissatisfied" | null;
    on_time: boolean | null;
  };
  type Presence = {
    seat: string;
    leave?: boolean | null;
  };
  type TakeOver = {
    seat?: string;
    reason: string;
    version?: number | null;
  };
  type Present = {
    mine: boolean;
    holder: {
      account: string;
      title: string;
      seat: string;
      since: string;
    } | null;
    others: Array<{
      account: string;
      title: string;
      seat: string;
      since: string;
    }>;
    lasts_s: number;
  };
  type Objections = {
    items: Array<{
      number: string;
      title: string;
      text: string;
      unit: string;
      closed_at: string | null;
    }>;
    next: string | null;
  };
  type Alert = {
    id: number;
    event: string;
    event_id: number;
    episode: number;
    state: "raised" | "acknowledged" | "stood_down";
    version: number;
    raised_at: string;
    reported_at: string;
    title: string;
    category: string | null;
    kind: "gas" | "fire" | "water" | "traffic" | "people" | "other";
    address: string | null;
    lng: number | null;
    lat: number | null;
    grid: string | null;
    acknowledged: {
      by: string;
      title: string | null;
      at: string;
      screen: string | null;
      behalf?: {
        who: string;
        channel: "phone" | "radio" | "face" | "message";
        words: string;
      };
    } | null;
    units: Array<{
      unit: string;
      name: string;
      accepted: boolean;
      due_at: string | null;
    }>;
    next: {
      at: string;
      what: "raise" | "repeat" | "widen" | "webhook" | "reopen" | "overdue" | null;
    } | null;
    ladder: Array<{
      at: string;
      what: "raise" | "repeat" | "widen" | "webhook" | "reopen" | "overdue";
      done: boolean;
      held: boolean;
    }>;
    count: number;
    folded: Array<string>;
    shelved: {
      until: string;
      by: string;
      title: string | null;
      reason: string;
    } | null;
    stood_down_at: string | null;
    voice: string;
  };
  type Alerts = {
    items: Array<Alert>;
    next: string | null;
  };
  type Acknowledge = {
    episode: number;
    screen?: string | null;
    on_behalf?: {
      who: string;
      channel: "phone" | "radio" | "face" | "message";
      words: string;
    } | null;
  };
  type AlarmLoad = {
    ten_minutes: number;
    flood: boolean;
    limit: number;
  };
  type Shelve = {
    reason: string;
    until: string;
    count?: number | null;
  };
  type ScreenSays = {
    name: string;
    audible: boolean;
    age?: number | null;
    heap_mb?: number | null;
    frame_ms?: number | null;
    errors?: number | null;
    nodes?: number | null;
    uptime_s?: number | null;
    position?: string | null;
    reason?: string | null;
    hash_ok?: boolean | null;
  };
  type Screen = {
    name: string;
    audible: boolean;
    lease_seconds: number;
  };
  type Deliveries = {
    items: Array<{
      id: number;
      target: string;
      reason: string;
      event: string | null;
      emergency: boolean;
      state: "waiting" | "failed" | "sent";
      why: string | null;
      created_at: string;
      tries: number;
      last_try_at: string | null;
      next_try_at: string | null;
      done_at: string | null;
      receipt: string | null;
    }>;
    next: string | null;
    owed: number;
    failed: number;
  };
  type DeliveryAgain = {
    id: number;
    state: "waiting";
  };
  type Gazetteer = {
    items: Array<{
      code: string;
      name: string;
      kind: string;
      where: string;
      lng: number;
      lat: number;
    }>;
    next: string | null;
  };
  type Areas = {
    type: unknown;
    features: Array<Record<string, any>>;
  };
  type Category = {
    code: string;
    name: string;
    parent: string | null;
    limit: {
      amount: number;
      unit: string;
    } | null;
    claim_minutes: number | null;
    emergency: boolean;
    level: "grid" | "community" | "street" | "district" | null;
    photo_required: boolean;
    conditions: Array<Record<string, any>>;
  };
  type Categories = {
    items: Array<Category>;
    next: string | null;
  };
  type Unit = {
    code: string;
    name: string;
    kind: string;
    parent: string | null;
    area: string | null;
    may_claim: boolean;
  };
  type Units = {
    items: Array<Unit>;
    next: string | null;
  };
  type Place = {
    code: string;
    name: string;
    kind: "party" | "key_place" | "camera" | "station" | "team" | "office";
    lng: number;
    lat: number;
    area: string | null;
    unit: string | null;
    note: string;
  };
  type Places = {
    items: Array<Place>;
    next: string | null;
  };
  type Snapshot = {
    position: string;
    columns: Array<string>;
    rows: Array<Array<unknown>>;
  };
  type FeedHash = {
    position: string;
    hash: string;
  };
  type Views = {
    position: string;
    views: Record<string, any>;
  };
  type Kpi = {
    name: string;
    num: number;
    den: number;
    text: string;
    previous?: {
      num: number;
      den: number;
    };
    last_year?: {
      num: number;
      den: number;
    };
  };
  type Kpis = {
    period: string;
    basis: string;
    frozen_at: string | null;
    counted_now: Array<string>;
    kpis: Record<string, Kpi>;
  };
  type BoardRow = {
    rank: number | null;
    code: string;
    name: string;
    points: string;
    composite: number | null;
    rates: Record<string, {
      num: number;
      den: number;
    }>;
    closed: number;
    dropped: Array<string>;
    change: number | null;
    area: string | null;
  };
  type Board = {
    board: string;
    period: string;
    from: string;
    to: string;
    as_of: string;
    live: boolean;
    frozen_at: string | null;
    corrections: Array<Correction>;
    by: "points" | "composite";
    buckets: Array<string>;
    rows: Array<BoardRow>;
  };
  type Formula = {
    parts: Array<{
      code: string;
      name: string;
      weight: number;
      formula: string;
    }>;
    points: Array<{
      rule: string;
      name: string;
      points: string;
    }>;
    least_closed: number;
    claim_cap: string;
  };
  type Breakdown = {
    dimension: string;
    frozen_at: string | null;
    rows: Array<{
      code: string;
      name: string;
      kpis: Record<string, Kpi>;
    }>;
  };
  type Bottleneck = {
    rows: Array<{
      status: 
        | "reported"
        | "claimable"
        | "pending_dispatch"
        | "dispatched"
        | "handling"
        | "on_hold"
        | "checking"
        | "closed"
        | "rejected"
        | "merged";
      name: string;
      n: number;
      over: number;
      p50_s: number;
      p90_s: number;
      oldest_s: number;
      oldest: string | null;
    }>;
  };
  type Handoffs = {
    grounds: Array<{
      code: string;
      name: string;
    }>;
    rows: Array<{
      code: string;
      name: string;
      declined: {
        num: number;
        den: number;
      };
      returned: {
        num: number;
        den: number;
      };
      by_ground: Record<string, number>;
    }>;
  };
  type Levels = {
    levels: Array<"grid" | "community" | "street" | "district">;
    rows: Array<{
      expected: "grid" | "community" | "street" | "district";
      finished: "grid" | "community" | "street" | "district";
      count: number;
    }>;
    within: {
      num: number;
      den: number;
      text: string;
    };
    areas: Array<{
      code: string;
      name: string;
      counts: Array<number>;
      closed: number;
    }>;
  };
  type Entry = {
    id: number;
    rule: string;
    name: string;
    event: string;
    title: string;
    points: string;
    at: string;
    reverses: number | null;
  };
  type Entries = {
    items: Array<Entry>;
    next: string | null;
  };
  type Correction = {
    code: string;
    name: string;
    frozen_points: string;
    points: string;
    rates: Record<string, {
      name: string;
      frozen: {
        num: number;
        den: number;
      };
      now: {
        num: number;
        den: number;
      };
    }>;
    entries: Array<Entry>;
  };
  type Appeals = {
    items: Array<{
      number: string;
      title: string;
      version: number;
      unit: string;
      state: "open" | "reviewing" | "upheld" | "dismissed";
      words: string;
      reason: string;
      at: string | null;
      due_at: string | null;
      finished_at: string | null;
      closed_at: string | null;
      reviewer: string | null;
      verdict: "uphold" | "dismiss" | null;
      may_review: boolean;
    }>;
    next: string | null;
  };
  type ExportAsked = {
    filters?: Record<string, string>;
    why: string;
  };
  type ExportNamed = {
    numbers: Array<string>;
    why: string;
  };
  type ExportApproved = {
    reason?: string | null;
  };
  type ExportRefused = {
    reason: string;
  };
  type ExportRequest = {
    id: number;
    account: string;
    filters: Record<string, any>;
    why: string;
    asked_at: string;
    state: "asked" | "approved" | "refused" | "expired";
    answered_by: string | null;
    answer: string | null;
    expires_at: string | null;
    downloads: number;
    own: boolean;
    link: string | null;
  };
  type ExportRequests = {
    items: Array<ExportRequest>;
    next: string | null;
  };
}
