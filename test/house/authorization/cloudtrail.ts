// What the service authorization reference says of AWS CloudTrail (September 2026).

import { on, type Reference } from './reference.ts';

export const cloudtrail: Reference = {
  types: {
    channel: 'arn:*:cloudtrail:*:*:channel/*',
    dashboard: 'arn:*:cloudtrail:*:*:dashboard/*',
    eventdatastore: 'arn:*:cloudtrail:*:*:eventdatastore/*',
    trail: 'arn:*:cloudtrail:*:*:trail/*',
  },
  actions: {
    AddTags: on('channel dashboard eventdatastore trail', 'aws:RequestTag aws:TagKeys'),
    CreateTrail: on('trail*', 'aws:RequestTag aws:TagKeys'),
    DeleteTrail: on('trail*'),
    DescribeTrails: on(),
    GetEventSelectors: on('trail*'),
    GetInsightSelectors: on('eventdatastore trail'),
    GetTrail: on('trail*'),
    GetTrailStatus: on('trail*'),
    ListPublicKeys: on(),
    ListTags: on('channel dashboard eventdatastore trail'),
    ListTrails: on(),
    LookupEvents: on(),
    PutEventSelectors: on('trail*'),
    RemoveTags: on('channel dashboard eventdatastore trail', 'aws:TagKeys'),
    StartLogging: on('trail*'),
    StopLogging: on('trail*'),
    UpdateTrail: on('trail*'),
  },

  operations: {
    CreateTrail: 'cloudtrail:CreateTrail cloudtrail:AddTags',
  },
  members: {},
  deviations: {},
};
