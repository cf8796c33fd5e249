package tokenizer

import (
	"encoding/json"
	"fmt"
	"slices"
)

// around takes the special tokens around a text from a tokenizer.json's post_processor.
func (p *pipeline) around(s *step) error {
	if s == nil {
		return nil
	}
	switch s.Type {
	case "ByteLevel": // only trims offsets, and those here keep their spaces
		return nil
	case "Sequence":
		for i := range s.Processors {
			if err := p.around(&s.Processors[i]); err != nil {
				return err
			}
		}
		return nil
	case "BertProcessing", "RobertaProcessing":
		cls, err := pairID(s.Cls)
		if err != nil {
			return fmt.Errorf("post_processor %s: cls: %w", s.Type, err)
		}
		sep, err := pairID(s.Sep)
		if err != nil {
			return fmt.Errorf("post_processor %s: sep: %w", s.Type, err)
		}
		return p.surround([]int{cls}, []int{sep})
	case "TemplateProcessing":
		return p.template(s)
	}
	return fmt.Errorf("post_processor %.40q is not one that this program has", s.Type)
}

// pairID reads ["[SEP]", 102].
func pairID(raw json.RawMessage) (int, error) {
	var pair []any
	if err := json.Unmarshal(raw, &pair); err != nil || len(pair) != 2 {
		return 0, fmt.Errorf("%.40q, expected a token and its id", raw)
	}
	id, ok := pair[1].(float64)
	if !ok || id != float64(int(id)) {
		return 0, fmt.Errorf("%.40q, expected a token and its id", raw)
	}
	return int(id), nil
}

func (p *pipeline) template(s *step) error {
	var sides [2][]int
	side := 0
	for _, piece := range s.Single {
		switch {
		case piece.Sequence != nil:
			if side++; side > 1 {
				return fmt.Errorf("TemplateProcessing has the text twice")
			}
		case piece.SpecialToken != nil:
			token, ok := s.SpecialTokens[piece.SpecialToken.ID]
			if !ok {
				return fmt.Errorf("TemplateProcessing: no ids of %.40q in special_tokens", piece.SpecialToken.ID)
			}
			sides[side] = append(sides[side], token.IDs...)
		default:
			return fmt.Errorf("TemplateProcessing: a piece that is neither SpecialToken nor Sequence")
		}
	}
	if side == 0 {
		return fmt.Errorf("TemplateProcessing: no Sequence in single")
	}
	return p.surround(sides[0], sides[1])
}

// surround puts tokens around those that are already around the text.
func (p *pipeline) surround(before, after []int) error {
	for _, id := range append(slices.Clone(before), after...) {
		if p.Token(id) == "" {
			return fmt.Errorf("post_processor: id %d is not in the vocabulary", id)
		}
	}
	p.before = append(slices.Clone(before), p.before...)
	p.after = append(p.after, after...)
	return nil
}

// guessSpecial finds the special tokens by the names that models give them.
func (p *pipeline) guessSpecial(unknown *string) {
	first := func(names ...string) int {
		for _, name := range names {
			if id, ok := p.ids[name]; ok && (p.hidden[id] || p.model == nil) {
				return id
			}
		}
		return -1
	}
	p.special = Special{
		BOS:  first("<s>", "<|begin_of_text|>", "<bos>", "<|startoftext|>", "<|endoftext|>"),
		EOS:  first("</s>", "<|end_of_text|>", "<eos>", "<|endoftext|>"),
		PAD:  first("<pad>", "[PAD]", "<|pad|>", "<|finetune_right_pad_id|>"),
		UNK:  first("<unk>", "[UNK]", "<|unk|>"),
		CLS:  first("[CLS]"),
		SEP:  first("[SEP]"),
		MASK: first("[MASK]", "<mask>"),
	}
	if unknown != nil {
		if id, ok := p.ids[*unknown]; ok {
			p.special.UNK = id
		}
	}
}

// configure takes the roles of tokens from a tokenizer_config.json or special_tokens_map.json.
func (p *pipeline) configure(b []byte) error {
	var file map[string]json.RawMessage
	if err := json.Unmarshal(b, &file); err != nil {
		return jsonError(err)
	}
	for key, id := range map[string]*int{"bos_token": &p.special.BOS, "eos_token": &p.special.EOS, "pad_token": &p.special.PAD,
		"unk_token": &p.special.UNK, "cls_token": &p.special.CLS, "sep_token": &p.special.SEP, "mask_token": &p.special.MASK} {
		raw, ok := file[key]
		if !ok {
			continue
		}
		var name *string
		if json.Unmarshal(raw, &name) != nil {
			var token struct {
				Content *string `json:"content"`
			}
			if err := json.Unmarshal(raw, &token); err != nil {
				return fmt.Errorf("%s: %w", key, jsonError(err))
			}
			name = token.Content
		}
		if *id = -1; name != nil {
			*id = p.ID(*name)
		}
	}
	return nil
}
