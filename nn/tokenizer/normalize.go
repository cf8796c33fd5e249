package tokenizer

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// normalizers returns the steps of a tokenizer.json's normalizer as one function, nil for none.
func normalizers(s *step) (func(text) text, error) {
	if s == nil {
		return nil, nil
	}
	if s.Type == "Sequence" {
		var list []func(text) text
		for i := range s.Normalizers {
			f, err := normalizers(&s.Normalizers[i])
			if err != nil {
				return nil, err
			}
			list = append(list, f)
		}
		return func(t text) text {
			for _, f := range list {
				t = f(t)
			}
			return t
		}, nil
	}
	return s.normalizer()
}

func (s *step) normalizer() (func(text) text, error) {
	switch s.Type {
	case "NFC":
		return form(norm.NFC), nil
	case "NFD":
		return form(norm.NFD), nil
	case "NFKC":
		return form(norm.NFKC), nil
	case "NFKD":
		return form(norm.NFKD), nil
	case "Lowercase":
		return lowercase, nil
	case "StripAccents":
		return stripMarks(unicode.M), nil
	case "Strip":
		return func(t text) text { return strip(t, s.StripLeft, s.StripRight) }, nil
	case "Prepend":
		return func(t text) text { return prepend(t, s.Prepend) }, nil
	case "Replace":
		find, err := s.Pattern.finder()
		if err != nil {
			return nil, err
		}
		return func(t text) text { return replace(t, find, s.Content) }, nil
	case "BertNormalizer":
		return s.bert(), nil
	}
	return nil, fmt.Errorf("normalizer %.40q is not one that this program has", s.Type)
}

// form is one of Unicode's normal forms.
func form(f norm.Form) func(text) text {
	return func(t text) text {
		if f.IsNormalString(t.s) {
			return t
		}
		w := rebuild(t)
		for i := 0; i < len(t.s); {
			n := f.NextBoundaryInString(t.s[i:], true)
			if n <= 0 {
				n = len(t.s) - i
			}
			if piece := t.s[i : i+n]; f.IsNormalString(piece) {
				w.keep(i, i+n)
			} else {
				w.put(f.String(piece), i, i+n)
			}
			i += n
		}
		return w.done()
	}
}

// eachRune rebuilds a text from what f makes of each character: itself, nothing, or another text.
func eachRune(t text, f func(r rune) (string, bool)) text {
	w := rebuild(t)
	for i := 0; i < len(t.s); {
		r, n := utf8.DecodeRuneInString(t.s[i:])
		if s, changed := f(r); changed {
			w.put(s, i, i+n)
		} else {
			w.keep(i, i+n)
		}
		i += n
	}
	return w.done()
}

func lowercase(t text) text {
	return eachRune(t, func(r rune) (string, bool) {
		if r == 'İ' { // the one character whose lower case is two
			return "i̇", true
		}
		if l := unicode.ToLower(r); l != r {
			return string(l), true
		}
		return "", false
	})
}

func stripMarks(marks *unicode.RangeTable) func(text) text {
	return func(t text) text {
		return eachRune(t, func(r rune) (string, bool) { return "", r >= 0x80 && unicode.Is(marks, r) })
	}
}

func strip(t text, left, right bool) text {
	i, j := 0, len(t.s)
	if left {
		i = j - len(strings.TrimLeftFunc(t.s, isSpace))
	}
	if right {
		j = i + len(strings.TrimRightFunc(t.s[i:], isSpace))
	}
	return t.slice(i, j)
}

func prepend(t text, s string) text {
	if t.s == "" {
		return t
	}
	w := rebuild(t)
	w.put(s, 0, 0)
	w.keep(0, len(t.s))
	return w.done()
}

func replace(t text, find finder, with string) text {
	var w *builder
	done := 0
	for _, m := range find(t.s) {
		if w == nil {
			w = rebuild(t)
		}
		w.keep(done, m.Begin)
		w.put(with, m.Begin, m.End)
		done = m.End
	}
	if w == nil {
		return t
	}
	w.keep(done, len(t.s))
	return w.done()
}

// bert is BERT's normaliser: white space and control characters, spaces around Chinese characters,
// accents, case (google-research/bert, tokenization.py, BasicTokenizer).
func (s *step) bert() func(text) text {
	clean, chinese, lower := orTrue(s.CleanText), orTrue(s.HandleChinese), orTrue(s.Lowercase)
	accents := lower
	if s.StripAccents != nil {
		accents = *s.StripAccents
	}
	nonspacing := stripMarks(unicode.Mn)
	return func(t text) text {
		if clean {
			t = cleanText(t)
		}
		if chinese {
			t = spaceChinese(t)
		}
		if accents {
			t = nonspacing(form(norm.NFD)(t))
		}
		if lower {
			t = lowercase(t)
		}
		return t
	}
}

func orTrue(b *bool) bool { return b == nil || *b }

func cleanText(t text) text {
	return eachRune(t, func(r rune) (string, bool) {
		switch {
		case r >= ' ' && r < 0x7F:
			return "", false
		case r == '\t' || r == '\n' || r == '\r':
			return " ", true
		case r == 0xFFFD || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs):
			return "", true // U+0085 too, though it is white space
		case isSpace(r):
			return " ", true
		}
		return "", false
	})
}

func spaceChinese(t text) text {
	if strings.IndexFunc(t.s, chineseRune) < 0 {
		return t
	}
	w := rebuild(t)
	for i, r := range t.s {
		n := utf8.RuneLen(r)
		if r == utf8.RuneError {
			_, n = utf8.DecodeRuneInString(t.s[i:])
		}
		if chineseRune(r) {
			w.put(" ", i, i)
			w.keep(i, i+n)
			w.put(" ", i+n, i+n)
			continue
		}
		w.keep(i, i+n)
	}
	return w.done()
}

// chineseRune is true in the blocks of CJK ideographs that BERT lists.
func chineseRune(r rune) bool {
	return r >= 0x4E00 && r <= 0x9FFF || r >= 0x3400 && r <= 0x4DBF || r >= 0x20000 && r <= 0x2A6DF ||
		r >= 0x2A700 && r <= 0x2B73F || r >= 0x2B740 && r <= 0x2B81F || r >= 0x2B920 && r <= 0x2CEAF ||
		r >= 0xF900 && r <= 0xFAFF || r >= 0x2F800 && r <= 0x2FA1F
}
