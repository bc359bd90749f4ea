import { type Detector, mixedEnd } from "../detector.ts";

/** Models, and the services that agents use beside them. */
export const modelDetectors: readonly Detector[] = [
  {
    kind: "openai-api-key",
    starts: ["sk-"],
    pattern: /sk-(?:(?:proj|svcacct|admin|service|None)-[\w-]{20,}|[A-Za-z0-9]{32,64})/y,
    end: mixedEnd,
  },
  {
    kind: "anthropic-api-key",
    starts: ["sk-ant-"],
    pattern: /sk-ant-[a-z0-9]{2,12}-[\w-]{24,}/y,
    end: mixedEnd,
  },
  { kind: "openrouter-api-key", starts: ["sk-or-"], pattern: /sk-or-v1-[a-f0-9]{64}/y },
  {
    kind: "huggingface-token",
    starts: ["hf_", "api_org_"],
    pattern: /(?:hf|api_org)_[A-Za-z0-9]{34,40}/y,
    end: mixedEnd,
  },
  { kind: "replicate-token", starts: ["r8_"], pattern: /r8_[A-Za-z0-9]{37}/y },
  { kind: "groq-api-key", starts: ["gsk_"], pattern: /gsk_[A-Za-z0-9]{48,56}/y },
  { kind: "xai-api-key", starts: ["xai-"], pattern: /xai-[A-Za-z0-9_-]{70,}/y },
  { kind: "perplexity-api-key", starts: ["pplx-"], pattern: /pplx-[A-Za-z0-9]{40,64}/y },
  { kind: "cerebras-api-key", starts: ["csk-"], pattern: /csk-[a-z0-9]{48}/y, end: mixedEnd },
  { kind: "nvidia-api-key", starts: ["nvapi-"], pattern: /nvapi-[\w-]{60,}/y },
  { kind: "pinecone-api-key", starts: ["pcsk_"], pattern: /pcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{60,70}/y },
  { kind: "langsmith-api-key", starts: ["lsv2_"], pattern: /lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}/y },
  { kind: "tavily-api-key", starts: ["tvly-"], pattern: /tvly-(?:dev-|prod-)?[\w-]{32,}/y, end: mixedEnd },
  { kind: "firecrawl-api-key", starts: ["fc-"], pattern: /(?<![_-])fc-[a-f0-9]{32}/y },
  { kind: "e2b-api-key", starts: ["e2b_"], pattern: /e2b_[a-f0-9]{40}/y },
];
