package tokenizer

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// decoder makes the function that puts tokens together out of a tokenizer.json's decoder.
func decoder(s *step) (func([]string) string, error) {
	if s == nil {
		return func(list []string) string { return strings.Join(list, " ") }, nil
	}
	steps, err := s.decoders()
	if err != nil {
		return nil, err
	}
	return func(pieces []string) string {
		for _, f := range steps {
			pieces = f(pieces)
		}
		return strings.Join(pieces, "")
	}, nil
}

// decoders returns the steps, each of which turns the list of pieces into another.
func (s *step) decoders() ([]func([]string) []string, error) {
	each := func(f func(i int, t string) string) []func([]string) []string {
		return []func([]string) []string{func(list []string) []string {
			out := make([]string, len(list))
			for i, t := range list {
				out[i] = f(i, t)
			}
			return out
		}}
	}
	switch s.Type {
	case "Sequence":
		var all []func([]string) []string
		for i := range s.Decoders {
			f, err := s.Decoders[i].decoders()
			if err != nil {
				return nil, err
			}
			all = append(all, f...)
		}
		return all, nil
	case "ByteLevel":
		return []func([]string) []string{joinBytes(runeBytes())}, nil
	case "ByteFallback":
		return []func([]string) []string{joinFallback}, nil
	case "Fuse":
		return []func([]string) []string{func(list []string) []string { return []string{strings.Join(list, "")} }}, nil
	case "Replace":
		find, err := s.Pattern.finder()
		if err != nil {
			return nil, err
		}
		return each(func(_ int, t string) string { return replace(text{s: t}, find, s.Content).s }), nil
	case "Strip":
		return each(func(_ int, t string) string { return trimSome(t, s.Content, s.Start, s.Stop) }), nil
	case "Metaspace":
		mark, keep := s.Replacement, s.scheme() == "never"
		if mark == "" {
			mark = "▁"
		}
		return each(func(i int, t string) string {
			if i == 0 && !keep {
				return strings.ReplaceAll(t, mark, "")
			}
			return strings.ReplaceAll(t, mark, " ")
		}), nil
	case "WordPiece":
		prefix := s.Prefix
		return each(func(i int, t string) string {
			if i > 0 && prefix != "" && strings.HasPrefix(t, prefix) {
				t = t[len(prefix):]
			} else if i > 0 {
				t = " " + t
			}
			if s.Cleanup {
				t = cleanUp(t)
			}
			return t
		}), nil
	case "BPEDecoder":
		return []func([]string) []string{func(list []string) []string { return joinSuffix(list, s.Suffix) }}, nil
	}
	return nil, fmt.Errorf("decoder %.40q is not one that this program has", s.Type)
}

// joinBytes decodes the tokens of a byte-level vocabulary. A token with a character that spells no byte is
// taken as it is.
func joinBytes(table map[rune]byte) func([]string) []string {
	return func(list []string) []string {
		var b strings.Builder
		for _, t := range list {
			raw, _ := rawBytes(table, t)
			b.WriteString(raw)
		}
		return []string{lossy(b.String())}
	}
}

// joinFallback decodes runs of <0x..>; each byte of a run that is no UTF-8 becomes U+FFFD.
func joinFallback(list []string) []string {
	var out []string
	var run []byte
	flush := func() {
		switch {
		case len(run) == 0:
		case utf8.Valid(run):
			out = append(out, string(run))
		default:
			out = append(out, strings.Repeat("\uFFFD", len(run)))
		}
		run = run[:0]
	}
	for _, t := range list {
		if b, ok := byteOf(t); ok {
			run = append(run, b)
			continue
		}
		flush()
		out = append(out, t)
	}
	flush()
	return out
}

func joinSuffix(list []string, suffix string) []string {
	out := make([]string, len(list))
	for i, t := range list {
		if out[i] = t; suffix != "" {
			space := " "
			if i == len(list)-1 {
				space = ""
			}
			out[i] = strings.ReplaceAll(t, suffix, space)
		}
	}
	return out
}

// trimSome removes what from the start and the end of s, at most so many times.
func trimSome(s, what string, start, stop int) string {
	if what == "" {
		return s
	}
	for ; start > 0 && strings.HasPrefix(s, what); start-- {
		s = s[len(what):]
	}
	for ; stop > 0 && strings.HasSuffix(s, what); stop-- {
		s = s[:len(s)-len(what)]
	}
	return s
}

// cleanUp removes spaces that tokenisation put before punctuation and contractions, as tokenizers does.
func cleanUp(s string) string {
	for _, r := range [][2]string{{" .", "."}, {" ?", "?"}, {" !", "!"}, {" ,", ","}, {" ' ", "'"}, {" n't", "n't"},
		{" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}} {
		s = strings.ReplaceAll(s, r[0], r[1])
	}
	return s
}
