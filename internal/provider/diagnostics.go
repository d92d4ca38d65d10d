// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// subject is what a diagnostic is about: what the provider was doing to what.
type subject struct {
	verb   string           // such as "rerun"
	object string           // such as "Run 53388"
	action qualytics.Action // empty when something was only looked at
}

func actionOn(action qualytics.Action, id int64) subject {
	return subject{verb: string(action), object: runName(id), action: action}
}

func readingRun(id int64) subject { return subject{verb: "read", object: runName(id)} }

func runName(id int64) string { return fmt.Sprintf("Run %d", id) }

// addError reports a failure: what was tried, what came back, and what to do.
func addError(diags *diag.Diagnostics, subject subject, err error) {
	diags.AddError(subject.summary(), subject.explain(err))
}

// addErrorAt reports a failure on the attribute that names its Run. A failure that is not about
// the Run concerns the whole resource.
func addErrorAt(diags *diag.Diagnostics, at path.Path, subject subject, err error) {
	switch qualytics.KindOf(err) {
	case qualytics.KindNotFound, qualytics.KindConflict, qualytics.KindBadRequest, qualytics.KindForbidden:
		diags.AddAttributeError(at, subject.summary(), subject.explain(err))
	default:
		addError(diags, subject, err)
	}
}

// addFilterError reports a failed listing, each rejected parameter on the attribute of its name.
func addFilterError(diags *diag.Diagnostics, subject subject, err error, isAttribute func(name string) bool) {
	var failure *qualytics.Error
	placed := 0
	if errors.As(err, &failure) {
		for _, parameter := range failure.Parameters {
			if name := parameter.Parameter(); isAttribute(name) {
				diags.AddAttributeError(path.Root(name), "Invalid "+name, "The Qualytics API rejected this value: "+parameter.Message+".")
				placed++
			}
		}
	}
	if placed == 0 || placed < len(failure.Parameters) {
		addError(diags, subject, err)
	}
}

func (s subject) summary() string { return "Cannot " + s.verb + " " + s.object }

func (s subject) explain(err error) string {
	var (
		lost    *qualytics.LostStartError
		failure *qualytics.Error
	)
	switch {
	case errors.As(err, &lost):
		return s.explainLost(lost)
	case errors.As(err, &failure):
		return answered(failure) + "\n\n" + s.wayOut(failure)
	case errors.Is(err, context.DeadlineExceeded):
		return ranOut
	case errors.Is(err, context.Canceled):
		return "It was interrupted."
	default:
		return sentence(err.Error())
	}
}

const ranOut = "The time allowed for it ran out. Apply again to go on, or raise it in timeouts."

// answered says what came back from the API.
func answered(failure *qualytics.Error) string {
	if failure.StatusCode == 0 {
		return fmt.Sprintf("%s got no usable answer: %s.", failure.Call, failure.Detail)
	}
	return fmt.Sprintf("%s was answered with HTTP status %d: %s", failure.Call, failure.StatusCode, sentence(failure.Detail))
}

func sentence(text string) string {
	if text == "" || strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}

// wayOut says what to do about a failure.
func (s subject) wayOut(failure *qualytics.Error) string {
	switch failure.Kind {
	case qualytics.KindUnauthorized:
		if !failure.Expired.IsZero() {
			return "The API token expired at " + failure.Expired.Format(time.RFC3339) + ". Create a new one and set it as token in the provider block, QUALYTICS_TOKEN, or token in " + cliConfigFile + "; a service token is what automation should use."
		}
		return "The API token is wrong, was revoked, or is for another deployment. Check it where it is set (token in the provider block, QUALYTICS_TOKEN, or token in " + cliConfigFile + "), and that it goes with the url."
	case qualytics.KindForbidden:
		if s.action == "" {
			return "The token's user does not have the team permission that it takes. Ask an administrator of the deployment for it, or use another token."
		}
		return "The token's user needs the Editor team permission on the Run's datastore (or the Admin role) to " + s.verb + " a Run."
	case qualytics.KindNotFound:
		return "No such Run exists: it was deleted, or the id is wrong. The data source qualytics_operations lists the Runs that there are."
	case qualytics.KindConflict:
		return s.conditions()
	case qualytics.KindBadRequest, qualytics.KindInvalid:
		return "The API does not accept a value that it was given. Correct it as the answer says."
	case qualytics.KindRateLimited:
		return "The deployment limits how many requests it takes. Try again later, run Terraform with a lower -parallelism, or raise the provider's max_retries."
	case qualytics.KindUnavailable:
		return "The deployment, or a proxy in front of it, has a problem of its own. Try again later; if it stays, ask whoever runs the deployment."
	case qualytics.KindNotAPI:
		return "That does not come from the Qualytics API, or not whole. Check that the provider's url is the base URL of the deployment, such as https://your-instance.qualytics.io, and that no login page or proxy answers in its place."
	case qualytics.KindRedirected:
		return redirectAdvice(failure.Location)
	case qualytics.KindUntrusted:
		return "The connection cannot be trusted. If the deployment uses a certificate authority of its own, set the provider's ca_cert_file; check that the url has the host name of the certificate, and https:// only where the server speaks TLS."
	case qualytics.KindUnresolvable:
		return "The host name is not known. Check the provider's url, and the network that Terraform runs in."
	case qualytics.KindUnreachable:
		return "No connection could be made. Check the provider's url and its port, that the deployment is up, and whether a proxy (HTTPS_PROXY, NO_PROXY) is needed."
	case qualytics.KindDisconnected:
		return "The connection broke before the answer was complete. Try again later."
	case qualytics.KindTimedOut:
		return "There was no complete answer in time. Try again later, or raise the provider's request_timeout."
	case qualytics.KindCancelled:
		if errors.Is(failure.Err, context.DeadlineExceeded) {
			return ranOut
		}
		return "It was interrupted. Nothing more was sent."
	default:
		return "The provider does not know this answer. Check the provider's url; if it is right, the API has changed, and a newer version of the provider may be needed."
	}
}

// conditions says when the action is possible.
func (s subject) conditions() string {
	conditions := fmt.Sprintf("Only a Run with result %s can be %s", orList(s.action.From()), pastParticiple[s.action])
	if !s.action.SupportsEveryType() {
		conditions += ", and only of type " + orList(s.action.Types())
	}
	conditions += ". The data source qualytics_operation shows the Run as it is now."
	if s.action == qualytics.ActionDelete {
		conditions += " An active Run can be aborted first, with qualytics_run_abort."
	}
	return conditions
}

var pastParticiple = map[qualytics.Action]string{
	qualytics.ActionAbort:  "aborted",
	qualytics.ActionResume: "resumed",
	qualytics.ActionRerun:  "rerun",
	qualytics.ActionDelete: "deleted",
}

// orList writes words as "`a`, `b` or `c`".
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

// redirectAdvice names the URL to configure: where the redirect leads to, without the API's path.
func redirectAdvice(location string) string {
	base, _, isAPI := strings.Cut(location, "/api/operations")
	if !isAPI {
		return "The provider does not follow this redirect, since the token must not go elsewhere. It may lead to a login page. Set the provider's url to the base URL of the deployment itself."
	}
	return "The provider does not follow this redirect, since a request that changes something must not turn into another one and the token must not go elsewhere. If " + base + " is your deployment, set the provider's url to it."
}

// explainLost says what may have been started, and how to go on without starting it twice.
func (s subject) explainLost(lost *qualytics.LostStartError) string {
	var text strings.Builder
	if failure, ok := errors.AsType[*qualytics.Error](lost.Lost); ok {
		text.WriteString(answered(failure) + " ")
	}
	text.WriteString("So it is not known whether a Run was started, and the request was not retried.\n\n")
	if lost.Looking != nil {
		text.WriteString("Looking for the Run failed, too: " + sentence(lost.Looking.Error()) + " ")
	}
	if lost.Interrupted {
		text.WriteString("Looking for the Run was interrupted, so the deployment may still start it. ")
	}
	switch {
	case len(lost.Candidates) > 0:
		text.WriteString("These Runs are new since the request, and none of them can be adopted with certainty:\n")
		for _, candidate := range lost.Candidates {
			fmt.Fprintf(&text, "  - Run %d: %s, %s, created %s", candidate.ID, candidate.Type, candidate.Result, candidate.Created)
			if candidate.Against != "" {
				text.WriteString(" (" + candidate.Against + ")")
			}
			text.WriteString("\n")
		}
	case lost.Looking == nil && !lost.Interrupted:
		text.WriteString("No matching Run was found, so the request probably started none, and the next apply may send it again. ")
	}
	if s.action == qualytics.ActionRerun {
		text.WriteString("If a Run is yours, bring it under management before the next apply, which would start another one: take the resource out of the state if it is there (terraform state rm ADDRESS), then terraform import ADDRESS ID.")
	} else {
		text.WriteString("Look at the Run (data source qualytics_operation) before the next apply, which would ask again.")
	}
	return text.String()
}
