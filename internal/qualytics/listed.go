// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import "context"

// Listed reports whether the list has a Run.
func (c *Client) Listed(ctx context.Context, id int64) (bool, error) {
	listing, err := c.Operations(ctx, Filter{ID: &id}, 1)
	return len(listing.Items) > 0, err
}

// TokenID identifies the token without disclosing it.
func (c *Client) TokenID() string { return "" }
