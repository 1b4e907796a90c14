// Puts the agent's script before every other script of a page, without moving any line of it: an
// error's line must be the line that the learner sees in the editor.

/** @param path where the agent's script is loaded from */
export function withAgent(html: string, path: string): string {
  // What stands in a comment is no tag. Blanked out, it keeps its length.
  const bare = html.replace(/<!--[\s\S]*?(-->|$)/g, (comment) => ' '.repeat(comment.length));
  const tag =
    /<head(\s[^>]*)?>/i.exec(bare) ??
    /<html(\s[^>]*)?>/i.exec(bare) ??
    /<!doctype[^>]*>/i.exec(bare);
  const place = tag ? tag.index + tag[0].length : 0;
  return `${html.slice(0, place)}<script src="${path}"></script>${html.slice(place)}`;
}
