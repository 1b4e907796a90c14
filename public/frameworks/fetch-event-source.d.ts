// @microsoft/fetch-event-source as far as this lesson uses it: the types are the same whether it is here or not.
export interface EventSourceMessage {
  id: string;
  event: string;
  data: string;
  retry?: number;
}

export function fetchEventSource(
  url: string,
  options: {
    headers?: Record<string, string>;
    signal?: AbortSignal;
    openWhenHidden?: boolean;
    onopen?: (response: Response) => Promise<void>;
    onmessage?: (event: EventSourceMessage) => void;
    onclose?: () => void;
    onerror?: (error: Error) => number | undefined;
  },
): Promise<void>;
