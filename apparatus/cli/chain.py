"""The chain of a recorded exposure as text, a stage after the other."""

from collections.abc import Iterator

from apparatus.cli.enhance import told as told_of
from apparatus.record import Encoding, Exposure, LoraFit, Record

WHO = {"person": "a person", "program": "the program", "chance": "chance"}


def told(exposure: Exposure) -> Iterator[str]:
    """Every stage in a few lines, then who decided what."""
    record = exposure.record
    yield f"{record.id}  {record.state}  {record.created:%Y-%m-%d %H:%M:%S} UTC"
    if record.message:
        yield record.message
    if record.keep != "all":
        yield f"Of it only {record.keep!r} was kept."
    yield ""
    yield from _stage("program", _program(record))
    yield from _stage("prompt", _prompt(record))
    yield from _stage("enhance", _enhance(record))
    yield from _stage("encode", [line for encoding in record.encodings for line in _encoding(encoding)])
    yield from _stage("noise", _noise(exposure))
    yield from _stage("denoise", _steps(record))
    yield from _stage("decode", _decode(record))
    yield from _stage("select", ["one candidate, kept"] if record.picture else [])
    yield from _stage("distribute", _file(exposure))
    yield ""
    yield "Decided"
    for line in record.ledger:
        value = shortened(str(line.value), 40)
        yield f"  {line.stage:<10}  {line.what:<20}  {value:<40}  {WHO[line.who]}"
    yield from _took(record)


def shortened(text: str, length: int = 60) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"


def _stage(name: str, lines: list[str]) -> Iterator[str]:
    for number, line in enumerate(lines or ["-"]):
        yield f"{name if number == 0 else '':<10}  {line}"


def _program(record: Record) -> list[str]:
    model = record.model
    parts = [f"{part.name}: {part.kind}, {count(part.parameters)}" for part in model.parts if part.parameters]
    total = count(sum(part.parameters for part in model.parts))
    licence = model.licence or "licence unknown"
    worn = [f"LoRA: {lora.file}, weight {lora.weight:g}" for lora in record.settings.loras]
    worn += [misfit(fit) for fit in model.loras if fit.partly]
    where = [model.placement.told()] if model.placement else []
    head = f"{model.id}: {model.pipeline}, {model.scheduler}, {total} parameters, {licence}"
    return [head, *parts, *worn, *where]


def misfit(fit: LoraFit) -> str:
    """What is said of a LoRA of which not all is worn."""
    placed = f"{fit.placed} of the {fit.layers} layers of the LoRA {fit.name} found their place in this model"
    return f"Only {placed}; the others do nothing."


def count(parameters: int) -> str:
    """How many parameters, as people say it."""
    return f"{parameters / 1e9:.2f} B" if parameters >= 1e9 else f"{parameters / 1e6:.2f} M"


def _prompt(record: Record) -> list[str]:
    said = record.settings
    lines = [shortened(said.prompt, 300) or "(nothing was asked: the program plays alone)"]
    if said.negative_prompt:
        lines.append(f"away from: {shortened(said.negative_prompt, 300)}")
    lines.append(
        f"{said.num_inference_steps} steps, guidance {said.guidance_scale:g}, {said.width} x {said.height}"
    )
    return lines


def _enhance(record: Record) -> list[str]:
    enhanced = record.enhanced
    if enhanced is None:
        return ["off: nothing rewrote the prompt"]
    if not enhanced.prompt:
        return [enhanced.message or "stopped while it was written", *filter(None, [shortened(enhanced.text)])]
    return [shortened(enhanced.prompt, 300), *told_of(enhanced)]


def _encoding(encoding: Encoding) -> list[str]:
    written = " ".join(token.text for token in encoding.tokens if token.kind == "word")
    unwritten = sum(token.kind != "word" for token in encoding.tokens)
    read = written or "(no words)"
    lines = [f"{encoding.encoder}, {encoding.branch}: {read}, and {unwritten} tokens nobody wrote"]
    outside = [word.text for word in encoding.words if word.known is False]
    if outside:
        lines.append(f"not in its vocabulary: {', '.join(outside)}")
    if encoding.truncated:
        lines.append(f"not read, too long: {shortened(encoding.truncated)}")
    return lines


def _noise(exposure: Exposure) -> list[str]:
    noise = exposure.noise
    shape = "" if noise is None else f", {' x '.join(map(str, noise.shape))} numbers"
    return [f"seed {exposure.record.settings.seed}{shape}"]


def _steps(record: Record) -> list[str]:
    lines = [
        f"{'step':>4} {'timestep':>9} {'sigma':>8} {'signal':>7} {'moved':>7} {'guidance':>9} {'seconds':>8}"
    ]
    for step in record.steps:
        added = step.guidance.scale * step.guidance.delta if step.guidance else None
        numbers = (_number(step.sigma, 8), _number(step.signal, 7), _number(step.moved, 7), _number(added, 9))
        lines.append(f"{step.index:>4} {step.timestep:>9.4g} {' '.join(numbers)} {step.seconds:>8.3f}")
    return lines if record.steps else []


def _number(value: float | None, width: int) -> str:
    return f"{value:>{width}.3f}" if value is not None else f"{'-':>{width}}"


def _decode(record: Record) -> list[str]:
    if record.picture is None:
        return []
    seconds = record.timings.get("decode", 0.0)
    return [f"{record.picture.width} x {record.picture.height} pixels in {seconds:.3f} s"]


def _took(record: Record) -> Iterator[str]:
    """Seconds, multiply-adds and joules by stage; and whose the words are."""
    meter = record.meter
    if meter is None:
        return
    yield ""
    yield "Took"
    yield f"  words: {meter.words.get('person', 0)} a person's, {meter.words.get('program', 0)} the program's"
    yield f"  {'':<12} {'seconds':>9} {'multiply-adds':>20} {'joules':>9}"
    for name in dict.fromkeys((*record.timings, *meter.multiply_adds, *meter.joules)):
        seconds, joules = (_number(amounts.get(name), 9) for amounts in (record.timings, meter.joules))
        adds = meter.multiply_adds.get(name)
        yield f"  {name:<12} {seconds} {'-' if adds is None else f'{adds:,}':>20} {joules}"
    if meter.uncounted:
        yield f"  not counted: {', '.join(meter.uncounted)}"
    yield f"  energy: {', '.join(meter.gauges) or 'not measured, for no counter can be read on that machine'}"


def _file(exposure: Exposure) -> list[str]:
    picture = exposure.record.picture
    if picture is None:
        return []
    where = exposure.folder / picture.file if exposure.folder else picture.file
    return [str(where), f"{picture.bytes} bytes, sha256 {picture.sha256}"]
