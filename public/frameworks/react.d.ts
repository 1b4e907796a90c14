// React as far as this lesson uses it: the types are the same whether it is here or not.
export type Element = object;
export type Component<Props> = (props: Props) => Element;

export function createElement<Props>(
  type: string | Component<Props>,
  props: Props | null,
  ...children: (Element | string)[]
): Element;
export const StrictMode: Component<object | null>;
export function useEffect(effect: () => (() => void) | undefined, dependencies?: unknown[]): void;
export function useRef<Value>(value: Value): { current: Value };
export function useState<Value>(value: Value): [Value, (value: Value) => void];
export function createRoot(element: HTMLElement): {
  render(element: Element): void;
  unmount(): void;
};
