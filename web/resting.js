// A figure far from the screen gives its WebGL context back: browsers keep about 16 for all figures of an
// article (8 on a phone) and take the oldest away from whoever has it. Until it is near again a picture of what
// was last drawn stands in its place; the document, its history and its answers stay. Loaded by index.html
// only inside another page.

const NEAR = '50% 0px'; // half a screen above and below, where a frame may know that; else: it is seen
const AGAIN_MS = 300; // while it still moves, or none can be had

export class Resting {
  #api;
  #canvas;
  #extension;
  #state = 'drawing'; // then 'going' -> 'away' -> 'coming' -> 'drawing'; or 'taken' by
  // the browser, which had too many
  #near = true;
  #timer = 0;
  #patience = AGAIN_MS; // doubled each time: figures that are too many must not take turns for ever
  #picture = null;

  constructor(api, canvas) {
    this.#api = api;
    this.#canvas = canvas;
    this.#extension = canvas.getContext('webgl2')?.getExtension('WEBGL_lose_context');
    if (!this.#extension) return;
    canvas.addEventListener('webglcontextlost', () => {
      this.#state = this.#state === 'going' ? 'away' : 'taken';
      setTimeout(() => this.#step()); // no context is made while the loss of one is told
    });
    canvas.addEventListener('webglcontextrestored', () => this.#draw());
    new IntersectionObserver((entries) => this.#moved(entries.at(-1).isIntersecting), {
      rootMargin: NEAR,
    }).observe(canvas);
    // Something runs here that takes its time from frames, as a training does.
    api.on('change', () => this.#step());
  }

  #moved(near) {
    this.#near = near;
    this.#step();
  }

  #again(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#step(), milliseconds);
  }

  #step() {
    const wanted = this.#near || this.#api.training().status === 'running';
    if (wanted && this.#state === 'away') {
      this.#state = 'coming';
      this.#extension.restoreContext();
    } else if (wanted && this.#state === 'taken') {
      this.#extension.restoreContext(); // as soon as others have given theirs back
      this.#again((this.#patience *= 2));
    } else if (!wanted && this.#state === 'drawing') {
      this.#give_back();
    }
  }

  #give_back() {
    const { module } = this.#api.debug;
    if (module.isAwaited?.()) {
      this.#again(AGAIN_MS);
      return;
    }
    const { width, height } = this.#canvas;
    const picture = Object.assign(document.createElement('canvas'), { width, height });
    picture.className = 'ap-picture';
    picture.setAttribute('aria-hidden', 'true');
    module._ap_web_paint(); // what was shown is no longer in the context: it is read in the same turn
    picture.getContext('2d').drawImage(this.#canvas, 0, 0);
    this.#canvas.after(picture);
    this.#picture = picture;
    this.#state = 'going';
    this.#extension.loseContext();
  }

  /** The picture goes when there is a newer one. */
  #draw() {
    this.#state = 'coming';
    const { debug } = this.#api;
    const before = debug.frames();
    const look = () => {
      if (this.#state !== 'coming') return;
      if (debug.frames() === before) {
        requestAnimationFrame(look);
        return;
      }
      this.#picture?.remove();
      this.#picture = null;
      this.#state = 'drawing';
      this.#step();
    };
    requestAnimationFrame(look);
  }
}
