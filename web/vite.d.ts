/** A Vite plugin that serves and ships the page's files; `folder`: where in the site they stand. */
export default function attentionPlayground(options?: { folder?: string }): {
  name: string;
  [hook: string]: unknown;
};
