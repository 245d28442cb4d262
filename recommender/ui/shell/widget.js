// <script src="https://lookalike.example/widget.js" async></script>
// <lookalike-products item="mug-01-navy"></lookalike-products>
//
// Shows the products that look most like one. Attributes: item; catalogue; count; heading; link, an
// address with {id} in it, where the catalogue knows none; server, if it is not the script's own.
// CSS variables: --lookalike-accent, --lookalike-gap, --lookalike-radius, --lookalike-font,
// --lookalike-card (least width of a card).
//
// Where the shop's owner counts recommendations, the server hears which came into view and which were
// pressed: two products each time, and nothing of the visitor.
(() => {
  const OWN = new URL(document.currentScript?.src || location.href).origin;
  const IN_VIEW = 0.1; // part of the list; a long one is never in view as a whole
  const STYLE = `
    :host { display: block; min-height: 260px; font-family: var(--lookalike-font, inherit); }
    :host([hidden]) { display: none; }
    h2 { margin: 0 0 12px; font-size: 1.25em; }
    ul { display: grid; gap: var(--lookalike-gap, 16px); margin: 0; padding: 0; list-style: none;
      grid-template-columns: repeat(auto-fill, minmax(var(--lookalike-card, 150px), 1fr)); }
    a { display: block; color: inherit; text-decoration: none; }
    a:focus-visible { outline: 2px solid var(--lookalike-accent, #0a6e68); outline-offset: 3px; }
    a:hover .title { color: var(--lookalike-accent, #0a6e68); }
    img { display: block; width: 100%; height: auto; aspect-ratio: 1; object-fit: contain;
      background: #fff; border-radius: var(--lookalike-radius, 12px); }
    .title { display: block; margin-top: 8px; }
    .price { color: var(--lookalike-accent, #0a6e68); font-weight: 600; }
    .wait { aspect-ratio: .8; background: #8881; border-radius: var(--lookalike-radius, 12px); }
  `;

  class LookalikeProducts extends HTMLElement {
    static observedAttributes = ["item", "catalogue", "count"];
    #near = null;
    #asked = null;
    #seen = null;

    connectedCallback() {
      if (!this.shadowRoot) this.attachShadow({ mode: "open" });
      const waiting = Array.from({ length: this.#wanted }, () => this.#element("li", "wait"));
      this.#draw(waiting, true);
      // Asked for when it comes near the window, so that a page does not wait for it
      this.#near = new IntersectionObserver(
        (entries) => {
          if (entries.some((entry) => entry.isIntersecting)) this.#start();
        },
        { rootMargin: "400px" },
      );
      this.#near.observe(this);
    }

    disconnectedCallback() {
      this.#near?.disconnect();
      this.#seen?.disconnect();
      this.#asked?.abort();
    }

    attributeChangedCallback(_name, before, after) {
      if (before !== null && before !== after && this.isConnected) this.#start();
    }

    get #server() {
      return (this.getAttribute("server") || OWN).replace(/\/$/, "");
    }

    get #wanted() {
      return Math.min(24, Math.max(1, Number(this.getAttribute("count")) || 6));
    }

    async #start() {
      this.#near?.disconnect();
      this.#seen?.disconnect();
      this.#asked?.abort();
      this.#asked = new AbortController();
      const item = this.getAttribute("item");
      if (!item) return;
      const query = new URLSearchParams({
        n_neighbors: this.#wanted,
        group_duplicates: true,
        only_alike: true,
      });
      if (this.hasAttribute("catalogue")) query.set("catalogue", this.getAttribute("catalogue"));
      try {
        const answer = await fetch(
          `${this.#server}/api/items/${encodeURIComponent(item)}/similar?${query}`,
          { signal: this.#asked.signal, credentials: "omit" },
        );
        if (!answer.ok) throw new Error(`${answer.status}`);
        const { matches, is_counted: isCounted } = await answer.json();
        const count = isCounted ? (seen) => this.#count(item, seen) : () => {};
        this.hidden = matches.length === 0;
        this.#draw(matches.map((match) => this.#card(item, match.product, count)));
        this.#seen = new IntersectionObserver(
          (entries) => {
            if (!entries.some((entry) => entry.intersectionRatio >= IN_VIEW)) return;
            this.#seen.disconnect();
            count({ shown: matches.map((match) => match.product.id) });
          },
          { threshold: IN_VIEW },
        );
        this.#seen.observe(this.shadowRoot.querySelector("ul"));
      } catch (error) {
        if (error.name === "AbortError") return;
        this.hidden = true; // a shop's page says nothing of what a visitor cannot mend
        this.dispatchEvent(new CustomEvent("lookalike-error", { detail: String(error) }));
      }
    }

    #count(item, { shown = [], clicked = [] }) {
      const name = this.getAttribute("catalogue");
      const query = name === null ? "" : `?${new URLSearchParams({ catalogue: name })}`;
      navigator.sendBeacon(
        `${this.#server}/api/counts${query}`,
        JSON.stringify({ item, shown, clicked }),
      );
    }

    #draw(rows, isWaiting = false) {
      const heading = this.getAttribute("heading") ?? "You may also like";
      const list = this.#element("ul");
      list.setAttribute("aria-label", heading);
      list.ariaBusy = String(isWaiting);
      list.append(...rows);
      const style = this.#element("style", "", STYLE);
      this.shadowRoot.replaceChildren(style, this.#element("h2", "", heading), list);
    }

    #card(item, product, count) {
      const link = this.#element("a");
      const pattern = this.getAttribute("link");
      link.href = pattern
        ? pattern.replace("{id}", encodeURIComponent(product.id))
        : product.link || `${this.#server}/lookalikes?item=${encodeURIComponent(product.id)}`;
      const picture = this.#element("img");
      Object.assign(picture, { loading: "lazy", width: 300, height: 300, alt: "" });
      picture.src = `${this.#server}${product.pictures.card}`;
      link.append(picture, this.#element("span", "title", product.title || product.id));
      if (product.price !== null) link.append(this.#element("span", "price", price(product)));
      link.addEventListener("click", () => {
        count({ clicked: [product.id] });
        this.dispatchEvent(
          new CustomEvent("lookalike-click", {
            bubbles: true,
            composed: true,
            detail: { item, product: product.id },
          }),
        );
      });
      link.addEventListener("auxclick", ({ button }) => {
        if (button === 1) count({ clicked: [product.id] }); // opened in another tab
      });
      const row = this.#element("li");
      row.append(link);
      return row;
    }

    #element(name, kind = "", text = "") {
      const made = document.createElement(name);
      if (kind) made.className = kind;
      if (text) made.textContent = text;
      return made;
    }
  }

  function price({ price, currency }) {
    try {
      return new Intl.NumberFormat(document.documentElement.lang || undefined, {
        style: "currency",
        currency,
      }).format(price);
    } catch {
      return `${price.toFixed(2)} ${currency}`.trim();
    }
  }

  if (!customElements.get("lookalike-products")) {
    customElements.define("lookalike-products", LookalikeProducts);
  }
})();
