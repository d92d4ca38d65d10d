// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import (
	"net/http"
	"slices"
	"time"
)

// busy returns the response to the start of a Run on a datastore where one of its type is active,
// and whether that is a conflict.
func (s *Server) busy(runType string, datastore int64, now time.Time) (response, bool) {
	occupies := func(other *record) bool {
		return other.run.Datastore.ID == datastore && kindOf(other.run.Type) == kindOf(runType) && active(other.at(now).result)
	}
	if !s.options.OneAtATime || !slices.ContainsFunc(s.ordered, occupies) {
		return response{}, false
	}
	article := "A"
	if runType == "export" {
		article = "An"
	}
	return detail(http.StatusConflict, "%s %s of datastore %d is already running", article, runType, datastore), true
}
