// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

const gatewayRefused = "The response is not from the Qualytics API: a gateway or firewall in front of the deployment refused the request. "

// advice explains a failure and what to do about it.
func (s subject) advice(failure *qualytics.Error) string {
	if failure.Location != "" {
		return redirectAdvice(failure)
	}
	switch failure.Kind {
	case qualytics.KindUnauthorized:
		return tokenAdvice(failure)
	case qualytics.KindForbidden:
		if s.action == "" {
			return "The token's user lacks the team permission to read this. Ask an administrator of the deployment for it, or use another token."
		}
		return "The token's user needs the Editor team permission on the Run's datastore (or the Admin role) to " + s.verb + " a Run. " +
			"Ask an administrator of the deployment for it, or use another token."
	case qualytics.KindNotFound, qualytics.KindConflict:
		return s.refusedAdvice(failure)
	case qualytics.KindBadRequest, qualytics.KindInvalid:
		return "The API rejected a value. Correct it as described in the response."
	case qualytics.KindRateLimited:
		if failure.RetryAfter > 0 {
			return fmt.Sprintf("The server accepts no more requests for %s, which is longer than the provider waits. Try again after that.",
				failure.RetryAfter)
		}
		if failure.Gateway {
			return "A gateway in front of the deployment limits the requests per second for each IP address. " +
				"Clients behind the same NAT, such as CI runners, share that limit. " +
				"Try again later, run fewer jobs at once, or run Terraform with a lower -parallelism."
		}
		return "The deployment's rate limit is exceeded. Try again later, or run Terraform with a lower -parallelism."
	case qualytics.KindUnavailable:
		if failure.Gateway {
			return "A gateway in front of the deployment sent this response, because the deployment is down, restarting or too slow. " +
				"Try again later. If the problem persists, contact the operator of the deployment."
		}
		return "The deployment failed to process the request. Try again later. If the problem persists, contact the operator of the deployment."
	case qualytics.KindBlocked:
		return gatewayRefused + "The token's permissions are not the cause. Check the provider's `url`. " +
			"If it is correct, ask the operator of the gateway to allow requests from the machine that runs Terraform."
	case qualytics.KindLoginRequired:
		return gatewayRefused + "The gateway requires a separate login. Ask its operator for an address that requires only the API token, " +
			"and set the provider's `url` to it."
	case qualytics.KindTooLong:
		return gatewayRefused + "The URL is too long, because the filters have too many values. " +
			"Split the lookup into several with fewer values each."
	case qualytics.KindWrongURL:
		return "There is no Qualytics API at this address, so the provider's `url` is wrong. Set it to the base URL of the deployment, " +
			"such as https://your-instance.qualytics.io, without a version such as /v1 or the path of a page. " +
			"The provider appends /api/operations to it."
	case qualytics.KindNotAPI:
		return "The response is not from the Qualytics API, or is incomplete. " +
			"Check that the provider's `url` is the base URL of the deployment, such as https://your-instance.qualytics.io, " +
			"and that no login page or proxy responds in its place."
	case qualytics.KindUntrusted:
		return "The connection cannot be trusted. If the deployment uses a private certificate authority, set the provider's `ca_cert_file`. " +
			"Check that `url` has the host name of the certificate."
	case qualytics.KindUnsorted:
		return "The deployment ignores `sort_created`, so its Runs cannot be selected by `created_after` and `created_before`. " +
			"Use `created_date` instead."
	case qualytics.KindNeedsTLS:
		return "The server expects TLS. Change the provider's `url` from http:// to https://."
	case qualytics.KindNoTLS:
		return "The server does not use TLS. Check the port in the provider's `url`. " +
			"If this is a test deployment without TLS, change `url` from https:// to http://."
	case qualytics.KindUnresolvable:
		return "The host name is unknown. Check the provider's `url`, and the network and DNS of the machine that runs Terraform."
	case qualytics.KindUnreachable:
		return "No connection could be made. " +
			"Check the provider's `url` and its port, that the deployment is up, and whether a proxy (HTTPS_PROXY, NO_PROXY) is needed."
	case qualytics.KindDisconnected:
		return "The connection broke before the response was complete. Try again later."
	case qualytics.KindTimedOut:
		return "There was no complete response in time. Try again later, or increase the provider's `request_timeout`."
	case qualytics.KindCancelled:
		if errors.Is(failure.Err, context.DeadlineExceeded) {
			return s.timedOut()
		}
		return "The operation was interrupted, and no more requests were sent."
	default:
		return "The provider does not know this response. Check the provider's `url`. " +
			"If it is correct, the API has changed: upgrade the provider."
	}
}

// refusedAdvice explains a 404 or a 409. The API's own words say more if the Run is not the cause.
func (s subject) refusedAdvice(failure *qualytics.Error) string {
	switch {
	case s.action == qualytics.ActionRun && failure.Kind == qualytics.KindNotFound:
		return "The API did not find what the Run needs, as described in the response. Check the datastore and the settings."
	case s.possible && s.action == qualytics.ActionDelete:
		return "The Run has ended, so something else keeps its record, as described in the response."
	case s.possible && failure.Kind == qualytics.KindNotFound:
		return "The Run exists, but the API did not find something else that the action needs, as described in the response."
	case s.possible || s.action == qualytics.ActionRun:
		return "Something else is in the way, as described in the response, such as another Run on the same datastore. " +
			"Apply again later, or increase the timeout."
	case failure.Kind == qualytics.KindNotFound:
		return "No such Run exists: it was deleted, or the id is wrong. The data source qualytics_operations lists the Runs."
	}
	return s.conditions()
}

// timedOut names the argument to increase.
func (s subject) timedOut() string {
	if s.inAction {
		return "The operation timed out. Increase the action's `timeout`."
	}
	if s.cleansUp {
		return "The operation timed out after the time in `timeouts.delete`. Repeat it to continue. " +
			"A destroy uses the arguments in the state: to increase the timeout, or to change `abort_on_destroy`, apply first."
	}
	return "The operation timed out. Apply again to continue, or increase the value in `timeouts`."
}

// tokenAdvice names the rejected token, its source and its expiry.
func tokenAdvice(failure *qualytics.Error) string {
	token := "The API token"
	if failure.TokenSource != "" {
		token += " (" + failure.TokenSource + ")"
	}
	expiry := failure.TokenExpiry.Format(time.RFC3339)
	switch {
	case failure.TokenExpiry.IsZero():
		expiry = ""
	case time.Now().After(failure.TokenExpiry):
		return token + " expired at " + expiry + ". Replace it with a new one. Use a service token for automation."
	default:
		expiry = " It expires at " + expiry + "."
	}
	return token + " is wrong, was revoked, or is for another deployment." + expiry +
		" Check the token, and that the deployment accepts API tokens."
}

// conditions lists the results and types of Runs that support the action.
func (s subject) conditions() string {
	conditions := fmt.Sprintf("Only a Run with result %s can be %s", orList(s.action.From()), words[s.action].participle)
	if !s.action.SupportsEveryType() {
		conditions += ", and only of type " + orList(s.action.Types())
	}
	conditions += ". The data source qualytics_operation shows the current state of the Run."
	if s.action == qualytics.ActionDelete {
		conditions += " To delete an active Run, abort it first with qualytics_run_abort."
	}
	return conditions
}

// redirectAdvice names the URL to configure: the target of the redirect, without the API's path.
func redirectAdvice(failure *qualytics.Error) string {
	base, _, isAPI := strings.Cut(failure.Location, "/api/operations")
	switch {
	case failure.Kind != qualytics.KindRedirected: // followed, but the request failed there
		advice := "The provider's `url` redirects to " + base + ". If that is your deployment, set `url` to it."
		if failure.Kind == qualytics.KindUntrusted {
			advice += " If it uses a private certificate authority, set `ca_cert_file` as well."
		}
		return advice
	case !isAPI:
		return "The provider does not follow this redirect, because the token must not be sent elsewhere. It may lead to a login page. " +
			"Set the provider's `url` to the base URL of the deployment itself."
	}
	return "The provider does not follow this redirect, because it could change the request, and the token must not be sent elsewhere. " +
		"If " + base + " is your deployment, set the provider's `url` to it."
}

// words are the forms of an action's verb.
var words = map[qualytics.Action]struct{ participle, thirdPerson string }{
	qualytics.ActionRun:    {"started", "starts"},
	qualytics.ActionAbort:  {"aborted", "aborts"},
	qualytics.ActionResume: {"resumed", "resumes"},
	qualytics.ActionRerun:  {"rerun", "reruns"},
	qualytics.ActionDelete: {"deleted", "deletes"},
}

// possibleFor describes the Runs that support an action.
func possibleFor(action qualytics.Action) string {
	if action.SupportsEveryType() {
		return "Runs of any type with result " + orList(action.From()) + " can be " + words[action].participle + "."
	}
	return "Runs of type " + orList(action.Types()) + " with result " + orList(action.From()) + " can be " + words[action].participle + "."
}

// explainLost lists the Runs that a request with a lost response may have started, and explains how
// to continue without starting another.
func (s subject) explainLost(lost *qualytics.LostStartError) string {
	var text strings.Builder
	if failure, ok := errors.AsType[*qualytics.Error](lost.Lost); ok {
		text.WriteString(responseTo(failure) + " ")
	}
	text.WriteString("It is not known whether a Run was started, and the request was not retried.\n\n")
	switch {
	case lost.Interrupted:
		text.WriteString("The search for the Run was interrupted. The deployment may still start it. ")
	case lost.SearchErr != nil:
		text.WriteString("The search for the Run failed as well: " + sentence(lost.SearchErr.Error()) + " ")
	case len(lost.Candidates) == 0:
		text.WriteString("No matching Run was found, so probably none was started. ")
	}
	if len(lost.Candidates) > 0 {
		text.WriteString("The request may have started one of these:\n")
		for _, candidate := range lost.Candidates {
			text.WriteString(candidateLine(&candidate.Operation, candidate.Reason))
		}
	}
	text.WriteString(s.afterLost())
	return text.String()
}

// candidateLine describes a Run that the request may have started, its page, and any evidence against
// it.
func candidateLine(run *qualytics.Operation, against string) string {
	line := fmt.Sprintf("  - Run %d: %s, %s, created %s", run.ID, run.Type, run.Result, run.Created)
	if against != "" {
		line += " (" + against + ")"
	}
	if run.URL != nil {
		line += " " + *run.URL
	}
	return printable(line) + "\n"
}

// afterLost explains how to find a started Run, and how to keep it.
func (s subject) afterLost() string {
	switch {
	case s.inAction:
		return "Before you invoke the action again, list the newest Runs with the data source qualytics_operations: " +
			"invoking it again starts another Run."
	case s.action == qualytics.ActionRerun:
		return "If the request started a Run, import that Run before the next apply, which would otherwise start another one: " +
			"remove the resource from the state if it is there (terraform state rm ADDRESS), " +
			"then run terraform import ADDRESS ID. If not, apply again."
	case s.action == qualytics.ActionRun:
		return "If the request started a Run, no state holds it, and the next apply starts another one. " +
			"Abort it or delete its record first, or import it as a qualytics_run_rerun. If not, apply again."
	default:
		return "Before you apply again, read the Run with the data source qualytics_operation: the next apply resumes it again."
	}
}
