// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// subject is what a diagnostic is about: an operation of the provider and its object.
type subject struct {
	verb     string           // such as "rerun"
	object   string           // such as "Run 53388"
	action   qualytics.Action // empty for a read
	inAction bool             // reported by a Terraform action, which has no state and no next apply
	possible bool             // the Run supports the action, so it is not the cause of a 404 or a 409
	cleansUp bool             // part of deleting a record that the state knows, within timeouts.delete
	url      string           // the page of the Run; empty if unknown
}

func actionOn(action qualytics.Action, id int64) subject {
	return subject{verb: string(action), object: runName(id), action: action}
}

func readingRun(id int64) subject { return subject{verb: "read", object: runName(id)} }

func runName(id int64) string { return fmt.Sprintf("Run %d", id) }

// ofAction returns the subject for diagnostics of a Terraform action.
func (s subject) ofAction() subject {
	s.inAction = true
	return s
}

// about adds the Run's page, if it is known, to the diagnostics about the subject.
func (s subject) about(run *qualytics.Operation) subject {
	if run != nil && run.URL != nil {
		s.url = *run.URL
	}
	return s
}

// cleaningUp marks what is part of deleting a record, for its own advice.
func (s subject) cleaningUp() subject {
	s.cleansUp = true
	return s
}

// failed returns the failure of the subject, or nil.
func (s subject) failed(err error) error {
	if err == nil {
		return nil
	}
	return &requestError{s, err}
}

// requestError is an error of the API, and the operation of the provider that it ended.
type requestError struct {
	subject subject
	err     error
}

func (e *requestError) Error() string { return e.subject.summary() + ": " + e.err.Error() }

func (e *requestError) Unwrap() error { return e.err }

// subjectOf returns the subject of a failure.
func subjectOf(err error) subject {
	if failed, ok := errors.AsType[*requestError](err); ok {
		return failed.subject
	}
	return subject{verb: "complete", object: "the operation"}
}

// explanation returns what was requested, what came back, and what to do, for use in another
// diagnostic.
func explanation(err error) string {
	return subjectOf(err).summary() + ". " + subjectOf(err).explain(err)
}

// addError reports a failure on the whole resource: what was requested, what came back, and what to
// do.
func addError(diags *diag.Diagnostics, err error) {
	if err != nil {
		diags.AddError(subjectOf(err).summary(), subjectOf(err).explain(err))
	}
}

// addErrorAt reports a failure on the attribute that names the Run, and rejected parameters on
// their own attributes. Any other failure is reported on the whole resource.
func addErrorAt(diags *diag.Diagnostics, at path.Path, err error) {
	switch qualytics.KindOf(err) {
	case qualytics.KindNotFound, qualytics.KindConflict, qualytics.KindBadRequest, qualytics.KindForbidden:
		diags.AddAttributeError(at, subjectOf(err).summary(), subjectOf(err).explain(err))
	default:
		addParameterErrors(diags, err, func(parameter qualytics.ParameterError) (path.Path, bool) {
			switch {
			case parameter.In() == "path":
				return at, true
			case parameter.Parameter() == forceAbort: // the only other parameter of a request about one Run
				return path.Root(forceAbort), true
			}
			return path.Empty(), false
		})
	}
}

// addParameterErrors reports each rejected parameter at the path that place returns for it. It also
// reports the failure as a whole, unless all of its parameters have a path.
func addParameterErrors(diags *diag.Diagnostics, err error, place func(qualytics.ParameterError) (path.Path, bool)) {
	placed := 0
	failure, ok := errors.AsType[*qualytics.Error](err)
	if ok {
		for _, parameter := range failure.Parameters {
			if at, ok := place(parameter); ok {
				detail := sentence(parameter.Message)
				switch {
				case failure.Kind == qualytics.KindTooLong:
					detail += " Split the lookup into several, for example with for_each."
				case failure.StatusCode != 0:
					detail = "The Qualytics API rejected this value: " + detail
				}
				diags.AddAttributeError(at, "Invalid "+argumentName(at, parameter), detail)
				placed++
			}
		}
	}
	if placed == 0 || placed < len(failure.Parameters) {
		addError(diags, err)
	}
}

// argumentName returns the name of a rejected argument. The settings of a Run are one argument, so
// its parameters are named by where they are in it, such as settings.container_names[0].
func argumentName(at path.Path, parameter qualytics.ParameterError) string {
	if !at.Equal(path.Root("settings")) {
		return at.String()
	}
	for _, step := range parameter.Location[1:] {
		if index, err := strconv.Atoi(step); err == nil {
			at = at.AtListIndex(index)
		} else {
			at = at.AtName(step)
		}
	}
	return printable(at.String())
}

func (s subject) summary() string { return "Cannot " + s.verb + " " + s.object }

func (s subject) explain(err error) string {
	if failed, ok := errors.AsType[*requestError](err); ok {
		err = failed.err
	}
	var (
		lost    *qualytics.LostStartError
		failure *qualytics.Error
	)
	switch {
	case errors.As(err, &lost):
		return s.explainLost(lost)
	case errors.As(err, &failure):
		return paragraphs(responseTo(failure), s.advice(failure), openIt(s.url))
	case errors.Is(err, context.DeadlineExceeded):
		return paragraphs(s.timedOut(), openIt(s.url))
	case errors.Is(err, context.Canceled):
		return paragraphs("The operation was interrupted.", openIt(s.url))
	default:
		return paragraphs(sentence(printable(err.Error())), openIt(s.url))
	}
}

// responseTo describes the request and the response.
func responseTo(failure *qualytics.Error) string {
	switch {
	case failure.Kind == qualytics.KindCancelled:
		return fmt.Sprintf("%s was not completed: %s", failure.Call, sentence(failure.Detail))
	case failure.StatusCode == 0:
		return fmt.Sprintf("%s received no usable response: %s", failure.Call, sentence(failure.Detail))
	}
	return fmt.Sprintf("%s returned HTTP status %d: %s", failure.Call, failure.StatusCode, sentence(failure.Detail))
}

// paragraphs joins texts, and omits empty ones.
func paragraphs(texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(text string) bool { return text == "" }), "\n\n")
}

// sentences joins sentences of one paragraph, and omits empty ones.
func sentences(texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(text string) bool { return text == "" }), " ")
}

// quotedList returns names in backticks, separated by commas.
func quotedList(names []string) string {
	quoted := make([]string, 0, len(names))
	for _, name := range names {
		quoted = append(quoted, "`"+printable(name)+"`")
	}
	return strings.Join(quoted, ", ")
}

// linkTo returns the sentence that ends each error and warning about a Run, or "" if its page is
// unknown.
func linkTo(run *qualytics.Operation) string { return openIt(subject{}.about(run).url) }

func openIt(url string) string {
	if url == "" {
		return ""
	}
	return "Open it: " + printable(url)
}

func sentence(text string) string {
	if text == "" || strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}

// warnUnsteady warns about a list that may be incomplete.
func warnUnsteady(steady bool, diags *diag.Diagnostics) {
	if !steady {
		diags.AddWarning("The list changed while it was read",
			"Entries were deleted while the list was read, even after several attempts, so it may be incomplete. "+
				"Apply again later, narrow the filters, or set a limit.")
	}
}

// printable makes a text from the API, such as a Run's message, safe for diagnostics: it removes
// control characters and shortens the text.
func printable(text string) string { return qualytics.Printable(text) }

// orList formats words as "`a`, `b` or `c`".
func orList[S ~string](words []S) string {
	var text strings.Builder
	for i, word := range words {
		switch {
		case i > 0 && i == len(words)-1:
			text.WriteString(" or ")
		case i > 0:
			text.WriteString(", ")
		}
		text.WriteString("`" + string(word) + "`")
	}
	return text.String()
}

const (
	forceAbort = "force_abort"
	reportBug  = " This is a bug in the provider. Please report it."
)
