/** The pipeline that we are part of, and what is to become of it after a rollback. */
export interface OwnPipeline {
  /** What is cancelled: all of it, its other jobs, or nothing. */
  readonly cancel: 'pipeline' | 'siblings' | 'none';
  /** `undefined`: we are part of none. */
  readonly pipeline: number | undefined;
  /** The job that we are. */
  readonly job: number | undefined;
}
